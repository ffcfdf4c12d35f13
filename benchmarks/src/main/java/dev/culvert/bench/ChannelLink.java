package dev.culvert.bench;

import dev.culvert.ice.DatagramHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.function.Consumer;

/**
 * Two bare non-blocking channels, unconnected as one socket for many peers must be. Their threads do the least there is
 * to do: select, receive until nothing is there, call the handler.
 */
final class ChannelLink implements Link {
    private final Side near;
    private final Side far;

    ChannelLink(DatagramHandler nearHandler, DatagramHandler farHandler) throws IOException {
        near = new Side("near", nearHandler);
        far = new Side("far", farHandler);
        near.thread.start();
        far.thread.start();
    }

    private static final class Side {
        private final Selector selector = Selector.open();
        private final DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(65_536);
        private final DatagramHandler handler;
        private final SocketAddress address;
        private final Thread thread;
        private final Consumer<SelectionKey> drain = this::drain; // made once: each would be 16 bytes

        Side(String name, DatagramHandler handler) throws IOException {
            this.handler = handler;
            channel.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER_BYTES);
            channel.setOption(StandardSocketOptions.SO_SNDBUF, BUFFER_BYTES);
            channel.configureBlocking(false);
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            channel.register(selector, SelectionKey.OP_READ);
            address = channel.getLocalAddress();
            thread = new Thread(this::read, "bench-channel-" + name);
            thread.setDaemon(true);
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

        void close() {
            try {
                channel.close();
                selector.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static boolean send(Side from, Side to, ByteBuffer payload) {
        try {
            return from.channel.send(payload, to.address) > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean sendToFar(ByteBuffer payload) {
        return send(near, far, payload);
    }

    @Override
    public boolean sendToNear(ByteBuffer payload) {
        return send(far, near, payload);
    }

    @Override
    public void close() {
        near.close();
        far.close();
    }
}
