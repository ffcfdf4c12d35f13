package dev.culvert.ice.internal.turn;

import dev.culvert.udp.UdpChannel;
import dev.culvert.udp.UdpPoller;
import dev.culvert.udp.UdpSendStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A wire of UDP: one socket that hears its server only. Its receiver runs on the poller's thread. */
public final class DatagramWire implements TurnWire {
    private final UdpChannel channel;
    private final InetSocketAddress server;

    /**
     * Opens the socket.
     *
     * @param local where to bind, the wildcard address as a rule
     * @param onStranger run for each datagram from elsewhere, which is dropped
     * @throws IOException if the address is not local, or of another family than the server's
     */
    public DatagramWire(
            UdpPoller poller,
            InetAddress local,
            InetSocketAddress server,
            int bufferBytes,
            Runnable onStranger,
            Receiver receiver)
            throws IOException {
        this.server = server;
        if (local.getAddress().length != server.getAddress().getAddress().length) {
            throw new IOException("no " + local.getHostAddress() + " can reach " + server);
        }
        channel = poller.bind(new InetSocketAddress(local, 0), bufferBytes, (socket, from, message) -> {
            if (from.equals(server)) {
                receiver.onMessage(message);
            } else {
                onStranger.run();
            }
        });
    }

    @Override
    public UdpSendStatus send(ByteBuffer message) {
        return channel.send(message, server);
    }

    @Override
    public boolean isReliable() {
        return false;
    }

    @Override
    public void close() {
        channel.close();
    }
}
