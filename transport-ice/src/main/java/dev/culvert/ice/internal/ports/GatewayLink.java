package dev.culvert.ice.internal.ports;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/** A UDP socket towards port 5351 of one router (RFC 6886 section 3, RFC 6887 section 8.1). Ports thread only. */
final class GatewayLink implements AutoCloseable, SelectorTask {
    static final int PORT = 5351;

    /** Most datagrams read at once: a router that floods us must not keep the thread from its timers. */
    private static final int MAX_READS = 16;

    /** Takes what the router sent. */
    interface Receiver {
        void onDatagram(ByteBuffer datagram, long nowNanos);

        /** Nothing listens there, said an ICMP error. */
        void onUnreachable(long nowNanos);
    }

    private final DatagramChannel channel;
    private final InetSocketAddress gateway;
    private final Receiver receiver;

    GatewayLink(Selector selector, Inet4Address local, InetSocketAddress gateway, Receiver receiver)
            throws IOException {
        this.gateway = gateway;
        this.receiver = receiver;
        channel = DatagramChannel.open();
        try {
            channel.bind(new InetSocketAddress(local, 0));
            channel.connect(gateway); // the kernel drops what others send
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    void send(ByteBuffer datagram, long nowNanos) {
        try {
            channel.write(datagram); // a full buffer loses it, as the network may
        } catch (IOException e) {
            receiver.onUnreachable(nowNanos);
        }
    }

    @Override
    public void onReady(SelectionKey key, long nowNanos) {
        ByteBuffer in = ByteBuffer.allocate(Pcp.MAX_BYTES + 4); // longer ones are cut, and then refused
        for (int i = 0; i < MAX_READS; i++) {
            try {
                SocketAddress from = channel.receive(in.clear());
                if (from == null) {
                    return;
                }
                if (from.equals(gateway)) {
                    receiver.onDatagram(in.flip(), nowNanos);
                }
            } catch (IOException e) {
                receiver.onUnreachable(nowNanos);
            }
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("a UDP socket could not be closed", e);
        }
    }
}
