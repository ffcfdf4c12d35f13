package dev.culvert.bench;

import dev.culvert.ice.DatagramHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.function.Consumer;

/**
 * A bare non-blocking channel, unconnected as one socket for many peers must be, with a thread that does the least there is
 * to do: select, receive until nothing is there, call the handler.
 */
final class ChannelSide implements AutoCloseable {
    private final Selector selector = Selector.open();
    private final DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(65_536);
    private final DatagramHandler handler;
    private final InetSocketAddress address;
    private final Thread thread;
    private final Consumer<SelectionKey> drain = this::drain; // made once: each would be 16 bytes

    ChannelSide(String name, InetAddress local, DatagramHandler handler) throws IOException {
        this.handler = handler;
        channel.setOption(StandardSocketOptions.SO_RCVBUF, Link.BUFFER_BYTES);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, Link.BUFFER_BYTES);
        channel.configureBlocking(false);
        channel.bind(new InetSocketAddress(local, 0));
        channel.register(selector, SelectionKey.OP_READ);
        address = (InetSocketAddress) channel.getLocalAddress();
        thread = new Thread(this::read, "bench-channel-" + name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    InetSocketAddress address() {
        return address;
    }

    /** Whether the kernel took it. */
    boolean send(ByteBuffer payload, InetSocketAddress to) {
        try {
            return channel.send(payload, to) > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try {
            while (selector.isOpen()) {
                selector.select(drain);
            }
        } catch (ClosedSelectorException e) {
            // The end.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void drain(SelectionKey key) {
        try {
            while (channel.isOpen()) {
                buffer.clear();
                if (channel.receive(buffer) == null) {
                    return;
                }
                buffer.flip();
                handler.onDatagram(buffer);
            }
        } catch (IOException e) {
            if (channel.isOpen()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
