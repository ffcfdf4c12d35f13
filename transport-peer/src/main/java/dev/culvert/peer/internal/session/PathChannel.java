package dev.culvert.peer.internal.session;

import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A path as the datagram channel that the QUIC codec wants. There is no socket under it and its addresses are constant:
 * which way the datagrams take, and that it changes, is ICE's affair. Event loop only; lives as long as its session.
 */
final class PathChannel extends AbstractChannel {
    /** Both ends of every path. QUIC sees one that never changes, and so never asks whether a new one is valid. */
    static final InetSocketAddress END = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    /** Datagrams given to the path in one call: what the kernel takes in one, with segmentation. */
    private static final int BATCH = 64;

    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final DatagramPath path;
    private final SessionCounters counters;
    private final ChannelConfig config = new DefaultChannelConfig(this);
    private final List<ByteBuffer> batch = new ArrayList<>(BATCH);
    private int taken;
    private boolean open = true;

    PathChannel(DatagramPath path, SessionCounters counters) {
        super(null);
        this.path = path;
        this.counters = counters;
    }

    /** What the path cannot take now is dropped, as a full router would: QUIC repairs it and slows down. */
    @Override
    protected void doWrite(ChannelOutboundBuffer out) throws Exception {
        while (!out.isEmpty()) {
            batch.clear();
            taken = 0;
            out.forEachFlushedMessage(this::take);
            if (!batch.isEmpty()) {
                counters.unsent.add(batch.size() - path.send(batch));
            }
            for (int i = 0; i < taken; i++) {
                out.remove();
            }
        }
        batch.clear();
    }

    /** Whether there is room for another. */
    private boolean take(Object message) {
        ByteBuffer bytes = ((DatagramPacket) message).content().nioBuffer();
        if (bytes.hasRemaining()) { // the codec writes an empty one to know when the others are gone
            batch.add(bytes);
        }
        taken++;
        return taken < BATCH;
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new AbstractUnsafe() {
            @Override
            public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
                promise.setFailure(new UnsupportedOperationException("A path is connected already"));
            }
        };
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected SocketAddress localAddress0() {
        return END;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return END;
    }

    @Override
    protected void doBind(SocketAddress address) {
        throw new UnsupportedOperationException("A path is bound already");
    }

    @Override
    protected void doDisconnect() {
        open = false;
    }

    @Override
    protected void doClose() {
        open = false;
    }

    @Override
    protected void doBeginRead() {
        // Whoever has datagrams gives them to the pipeline.
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }
}
