package dev.culvert.peer.internal.session;

import dev.culvert.ice.SendStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.util.concurrent.Future;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The app's datagrams on their way out: handed to QUIC at the pace at which it sends now, a congestion window in a round
 * trip. What QUIC is given beyond that it drops without a word, and what waits in front of it grows old; so what can not go
 * soon is refused here, where the app hears of it. {@link #offer} from any thread, all else on the event loop; {@link
 * #close} gives back what waits.
 */
final class OutgoingDatagrams {
    /** Two of the longest frames. */
    static final int MAX_WAITING_BYTES = 2 << 20;

    /**
     * A shorter one counts as this long: about what it takes of memory, and so that QUIC, which has room for a number of
     * them, is not given more at once than it has room for.
     */
    private static final int LEAST_COST = 256;

    /** What may be ahead of the pace: timers are no finer. */
    private static final Duration BURST = Duration.ofMillis(2);

    private static final int LEAST_BURST_BYTES = 16 * QuicCodecs.DATAGRAM_PAYLOAD;

    /** However quick the path was so far: QUIC has room for eight of these, should the next word of it be late. */
    private static final int MOST_BURST_BYTES = QuicCodecs.DATAGRAMS / 8 * QuicCodecs.DATAGRAM_PAYLOAD;

    /** More than QUIC sends now would only pile up in it. */
    private static final double ALONE = 1;

    /** QUIC takes turns between datagrams and streams. */
    private static final double BESIDE_MESSAGES = 0.5;

    private final EventLoop loop;
    private final BooleanSupplier messagesWaiting;
    private final Queue<ByteBuf> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingBytes = new AtomicInteger();
    private final AtomicBoolean planned = new AtomicBoolean();
    private volatile boolean closed;
    private volatile @Nullable QuicChannel quic;
    private long fundedNanos;
    private double funds;

    OutgoingDatagrams(EventLoop loop, BooleanSupplier messagesWaiting) {
        this.loop = loop;
        this.messagesWaiting = messagesWaiting;
    }

    /** The connection is up. */
    void start(QuicChannel connection) {
        fundedNanos = System.nanoTime();
        quic = connection;
    }

    /** Takes a datagram, as it is; copied. */
    SendStatus offer(ByteBuffer payload) {
        int length = payload.remaining();
        if (length == 0) {
            return SendStatus.EMPTY;
        }
        if (length > QuicCodecs.DATAGRAM_PAYLOAD) {
            return SendStatus.TOO_LARGE;
        }
        if (closed) {
            return SendStatus.CLOSED;
        }
        if (quic == null) {
            return SendStatus.NOT_CONNECTED;
        }
        if (waitingBytes.addAndGet(cost(length)) > MAX_WAITING_BYTES) {
            waitingBytes.addAndGet(-cost(length));
            return SendStatus.BUFFER_FULL;
        }
        waiting.add(PooledByteBufAllocator.DEFAULT
                .directBuffer(1 + length)
                .writeByte(Wire.DATA)
                .writeBytes(payload));
        return planDrain() ? SendStatus.SENT : SendStatus.CLOSED;
    }

    private static int cost(int length) {
        return Math.max(LEAST_COST, length);
    }

    /** Whether what waits will be looked at; the loop can end while an app's thread is in here. */
    private boolean planDrain() {
        if (planned.compareAndSet(false, true)) {
            try {
                loop.execute(this::drain);
            } catch (RejectedExecutionException e) {
                planned.set(false);
                close();
            }
        }
        return !closed;
    }

    private void drain() {
        planned.set(false);
        QuicChannel to = quic;
        if (closed || to == null) {
            discard();
            return;
        }
        fund(to);
        boolean wrote = false;
        ByteBuf next = waiting.peek();
        while (next != null && funds > 0) {
            waiting.remove();
            int cost = cost(next.readableBytes() - 1);
            waitingBytes.addAndGet(-cost);
            funds -= cost;
            var unused = to.write(next);
            wrote = true;
            next = waiting.peek();
        }
        if (wrote) {
            to.flush();
        }
        if (next != null && planned.compareAndSet(false, true)) {
            var unused = loop.schedule(this::drain, 1, TimeUnit.MILLISECONDS);
        }
    }

    private void fund(QuicChannel connection) {
        double rate = bytesPerNano(connection) * (messagesWaiting.getAsBoolean() ? BESIDE_MESSAGES : ALONE);
        long now = System.nanoTime();
        double most = Math.min(MOST_BURST_BYTES, Math.max(LEAST_BURST_BYTES, rate * BURST.toNanos()));
        funds = Math.min(most, funds + rate * (now - fundedNanos));
        fundedNanos = now;
    }

    private static double bytesPerNano(QuicChannel connection) {
        Future<QuicConnectionPathStats> stats = connection.collectPathStats(0); // on the event loop it is done at once
        if (!stats.isSuccess() || stats.getNow() == null) {
            return 0;
        }
        return (double) stats.getNow().cwnd() / Math.max(1, stats.getNow().rtt());
    }

    private void discard() {
        for (ByteBuf next = waiting.poll(); next != null; next = waiting.poll()) {
            waitingBytes.addAndGet(-cost(next.readableBytes() - 1));
            next.release();
        }
    }

    /** Sends and takes no more. */
    void close() {
        closed = true;
        discard();
    }
}
