package dev.culvert.peer.internal.session;

import dev.culvert.transport.MessageId;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sending direction of a session: each message on a stream of its own, opened in the order of the messages. The
 * next one is begun when QUIC has taken the whole of the one before, so that a window that is full holds the newest back
 * and not the one that the other side waits for. Event loop only; lives as long as its session.
 */
final class OutgoingMessages {
    /** What is copied for QUIC at once: it takes no more than its window has room for. */
    private static final int CHUNK = 64 << 10;

    private record Outgoing(MessageId id, byte[] payload) {}

    private final Deque<Outgoing> unsent = new ArrayDeque<>();
    private final Deque<Outgoing> unconfirmed = new ArrayDeque<>();
    private final Consumer<MessageId> delivered;
    private final Consumer<String> broken;
    private @Nullable QuicChannel quic;
    private @Nullable QuicStreamChannel stream; // of the message being written
    private int written;
    private boolean blocked;
    private long begun;
    private long told; // on the control stream
    private long safe;

    /**
     * @param delivered told of each message that is safe with the other side, in order
     * @param broken told why no more can be sent
     */
    OutgoingMessages(Consumer<MessageId> delivered, Consumer<String> broken) {
        this.delivered = delivered;
        this.broken = broken;
    }

    /** The connection is up. */
    void start(QuicChannel connection) {
        quic = connection;
        pump();
    }

    void offer(MessageId id, byte[] payload) {
        unsent.add(new Outgoing(id, payload));
        pump();
    }

    /** Sends what QUIC takes now; to be called again when it allows more streams. */
    void pump() {
        while (quic != null && !blocked) {
            if (stream == null && !begin(quic)) {
                return;
            }
            writeChunk();
        }
    }

    private boolean begin(QuicChannel connection) {
        if (unsent.isEmpty() || connection.peerAllowedStreams(QuicStreamType.UNIDIRECTIONAL) <= 0) {
            return false;
        }
        Future<QuicStreamChannel> opened =
                connection.createStream(QuicStreamType.UNIDIRECTIONAL, new ChannelInboundHandlerAdapter());
        if (!opened.isSuccess()) { // on the event loop it is done when the call returns
            stop("no stream could be opened: " + opened.cause());
            return false;
        }
        stream = opened.getNow();
        written = 0;
        begun++;
        unconfirmed.add(unsent.remove());
        return true;
    }

    private void writeChunk() {
        QuicStreamChannel to = stream;
        Outgoing message = unconfirmed.peekLast();
        if (to == null || message == null) {
            return;
        }
        int length = Math.min(CHUNK, message.payload().length - written);
        ByteBuf chunk = to.alloc().directBuffer(Wire.MESSAGE_HEAD + length);
        if (written == 0) {
            chunk.writeLong(message.id().high()).writeLong(message.id().low());
            chunk.writeInt(message.payload().length);
        }
        chunk.writeBytes(message.payload(), written, length);
        written += length;
        boolean last = written == message.payload().length;
        ChannelFuture taken = to.write(new DefaultQuicStreamFrame(chunk, last));
        if (last) {
            stream = null;
        }
        if (!taken.isDone()) {
            blocked = true;
            taken.addListener(done -> {
                blocked = false;
                if (done.isSuccess()) {
                    pump();
                } else {
                    stop("a message's stream was closed: " + done.cause());
                }
            });
        } else if (!taken.isSuccess()) {
            stop("a message's stream was closed: " + taken.cause());
        }
    }

    private void stop(String cause) {
        if (quic != null && quic.isActive()) { // else the connection says why
            quic = null;
            broken.accept(cause);
        }
    }

    /**
     * The first so many messages are safe with the other side, it says on its control stream.
     *
     * @return false if not so many were sent whole, or it had said more before: it is broken
     */
    boolean onSafe(long count) {
        if (count < told || isTooMany(count)) {
            return false;
        }
        told = count;
        confirm(count);
        return true;
    }

    /**
     * It says so in a datagram, which may be late.
     *
     * @return false if not so many were sent whole: it is broken
     */
    boolean onSafeDatagram(long count) {
        if (count < 0 || isTooMany(count)) {
            return false;
        }
        confirm(count);
        return true;
    }

    private boolean isTooMany(long count) {
        return count > begun - (stream == null ? 0 : 1);
    }

    private void confirm(long count) {
        while (safe < count && !unconfirmed.isEmpty()) {
            safe++;
            delivered.accept(unconfirmed.remove().id());
        }
    }

    /** Whether the other side owes us word of a message. */
    boolean isAwaiting() {
        return !unconfirmed.isEmpty() || !unsent.isEmpty();
    }

    /** Ends; returns what was not confirmed, in order. */
    List<MessageId> end() {
        quic = null;
        List<MessageId> left = new ArrayList<>();
        unconfirmed.forEach(message -> left.add(message.id()));
        unsent.forEach(message -> left.add(message.id()));
        unconfirmed.clear();
        unsent.clear();
        return left;
    }
}
