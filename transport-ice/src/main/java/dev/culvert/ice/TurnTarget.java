package dev.culvert.ice;

import java.net.InetSocketAddress;

/** A TURN server with one of the addresses that its name stands for. */
record TurnTarget(TurnServer server, InetSocketAddress address) {
    boolean isDatagram() {
        return server.transport() == TurnTransport.UDP;
    }

    /** Without the credentials. */
    @Override
    public String toString() {
        return server + " (" + address.getAddress().getHostAddress() + ")";
    }
}
