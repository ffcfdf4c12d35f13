package dev.culvert.peer.internal.session;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches whether the other side, while it owes us word, sends anything authentic: what QUIC could decrypt. After a second
 * of silence the path is doubted and the other side asked, twice a second; after {@link #DEAD_AFTER} it is taken for dead.
 * Looks only while something is owed. Event loop only.
 */
final class Liveness {
    static final Duration DEAD_AFTER = Duration.ofSeconds(5);

    private static final Duration DOUBTFUL_AFTER = Duration.ofSeconds(1);
    private static final Duration LOOK_PERIOD = Duration.ofMillis(500);

    private final EventLoop loop;
    private final DatagramPath path;
    private final BooleanSupplier owed;
    private final Runnable ask;
    private final Runnable dead;
    private @Nullable QuicChannel connection;
    private @Nullable ScheduledFuture<?> timer;
    private long heardNanos;
    private long received;

    /**
     * @param owed whether the other side owes us word
     * @param ask makes it answer, if it can
     * @param dead run once
     */
    Liveness(EventLoop loop, DatagramPath path, BooleanSupplier owed, Runnable ask, Runnable dead) {
        this.loop = loop;
        this.path = path;
        this.owed = owed;
        this.ask = ask;
        this.dead = dead;
    }

    void start(QuicChannel upConnection) {
        connection = upConnection;
        if (owed.getAsBoolean()) {
            expectAnswer();
        }
    }

    /** From now on there is something owed, if there was not before. */
    void expectAnswer() {
        if (timer == null && connection != null) {
            heardNanos = System.nanoTime();
            received = receivedPackets(connection);
            timer = loop.schedule(this::look, LOOK_PERIOD.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void look() {
        timer = null;
        QuicChannel watched = connection;
        if (watched == null || !owed.getAsBoolean()) {
            return;
        }
        long now = System.nanoTime();
        long packets = receivedPackets(watched);
        if (packets != received) {
            received = packets;
            heardNanos = now;
        }
        long silence = now - heardNanos;
        if (silence >= DEAD_AFTER.toNanos()) {
            dead.run();
            return;
        }
        if (silence >= DOUBTFUL_AFTER.toNanos()) {
            path.doubt();
            ask.run();
        }
        timer = loop.schedule(this::look, LOOK_PERIOD.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static long receivedPackets(QuicChannel connection) {
        Future<QuicConnectionStats> stats = connection.collectStats(); // on the event loop it is done at once
        return stats.isSuccess() && stats.getNow() != null ? stats.getNow().recv() : 0;
    }

    void close() {
        connection = null;
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
