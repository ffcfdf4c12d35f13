package dev.culvert.ice.internal.ports;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.function.ObjLongConsumer;

/** The socket that one search goes out of. It heeds the one router only, whose source port nobody prescribes. */
final class SsdpSearch implements SelectorTask, AutoCloseable {
    private static final int MAX_READS = 16;

    private final DatagramChannel channel;
    private final Inet4Address router;
    private final ObjLongConsumer<UpnpUrl> found;

    SsdpSearch(Selector selector, Inet4Address local, Inet4Address router, ObjLongConsumer<UpnpUrl> found)
            throws IOException {
        this.router = router;
        this.found = found;
        channel = DatagramChannel.open(StandardProtocolFamily.INET);
        try {
            channel.bind(new InetSocketAddress(local, 0));
            NetworkInterface nic = NetworkInterface.getByInetAddress(local);
            if (nic != null) {
                channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, nic);
            }
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    void send() throws IOException {
        InetSocketAddress group = new InetSocketAddress(Ssdp.GROUP, Ssdp.PORT);
        for (ByteBuffer search : Ssdp.searches()) {
            channel.send(search, group);
        }
    }

    @Override
    public void onReady(SelectionKey key, long nowNanos) {
        ByteBuffer in = ByteBuffer.allocate(Ssdp.MAX_BYTES);
        for (int i = 0; i < MAX_READS && channel.isOpen(); i++) {
            try {
                InetSocketAddress from = (InetSocketAddress) channel.receive(in.clear());
                if (from == null) {
                    return;
                }
                if (router.equals(from.getAddress())) {
                    Ssdp.location(in.flip())
                            .filter(url -> url.host().equals(router))
                            .ifPresent(url -> found.accept(url, nowNanos));
                }
            } catch (IOException e) {
                return;
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
