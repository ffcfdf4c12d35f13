package dev.culvert.ice;

import java.net.InetSocketAddress;

/** A way to the peer: one of our sockets, or a relay, and an address of the peer's. */
record Path(EndpointSocket socket, InetSocketAddress remote) {
    InetSocketAddress base() {
        return socket.localAddress();
    }
}
