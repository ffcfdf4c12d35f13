package dev.culvert.ice.internal.ports;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request over HTTP and its answer, on a connection of its own that never blocks. Ports thread only. */
final class HttpExchange implements SelectorTask, AutoCloseable {
    /** For all of it: a router that sends a byte now and then gains nothing. */
    static final Duration LIMIT = Duration.ofSeconds(2);

    /** Takes its end, once; not after {@link #close}. */
    @FunctionalInterface
    interface Outcome {
        /** The answer, or null if there was none or no valid one. */
        void onEnd(@Nullable HttpReply reply, long nowNanos);
    }

    private final SocketChannel channel;
    private final ByteBuffer request;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final Outcome outcome;
    private final long endNanos;
    private boolean over;

    private HttpExchange(SocketChannel channel, byte[] request, Outcome outcome, long endNanos) {
        this.channel = channel;
        this.request = ByteBuffer.wrap(request);
        this.outcome = outcome;
        this.endNanos = endNanos;
    }

    /** Begins one; empty if not even that is possible. */
    static Optional<HttpExchange> start(
            Selector selector,
            Inet4Address local,
            InetSocketAddress server,
            byte[] request,
            Outcome outcome,
            long nowNanos) {
        SocketChannel channel = null;
        try {
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.bind(new InetSocketAddress(local, 0));
            HttpExchange exchange = new HttpExchange(channel, request, outcome, nowNanos + LIMIT.toNanos());
            boolean connected = channel.connect(server);
            channel.register(selector, connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT, exchange);
            return Optional.of(exchange);
        } catch (IOException e) {
            quietlyClose(channel);
            return Optional.empty();
        }
    }

    @Override
    public void onReady(SelectionKey key, long nowNanos) {
        try {
            if (key.isConnectable()) {
                channel.finishConnect();
                key.interestOps(SelectionKey.OP_WRITE);
            } else if (key.isWritable()) {
                channel.write(request);
                if (!request.hasRemaining()) {
                    key.interestOps(SelectionKey.OP_READ);
                }
            } else if (key.isReadable()) {
                read(nowNanos);
            }
        } catch (IOException | HttpReply.BadReplyException e) {
            end(null, nowNanos);
        }
    }

    private void read(long nowNanos) throws IOException, HttpReply.BadReplyException {
        byte[] piece = new byte[4_096];
        int length = channel.read(ByteBuffer.wrap(piece));
        if (length > 0) {
            received.write(piece, 0, length);
        }
        if (received.size() > HttpReply.MAX_BYTES) {
            end(null, nowNanos);
            return;
        }
        Optional<HttpReply> reply = HttpReply.parse(received.toByteArray(), length < 0);
        if (reply.isPresent()) {
            end(reply.get(), nowNanos);
        }
    }

    private void end(@Nullable HttpReply reply, long nowNanos) {
        if (!over) {
            close();
            outcome.onEnd(reply, nowNanos);
        }
    }

    /** Ends it if its time is over. */
    void onTime(long nowNanos) {
        if (nowNanos - endNanos >= 0) {
            end(null, nowNanos);
        }
    }

    /** Its outcome is wanted no longer. Idempotent. */
    @Override
    public void close() {
        over = true;
        quietlyClose(channel);
    }

    private static void quietlyClose(@Nullable SocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            return; // nothing of it is needed any more
        }
    }
}
