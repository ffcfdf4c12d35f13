package dev.culvert.ice;

import dev.culvert.ice.internal.ConsentMonitor;
import dev.culvert.ice.internal.ConsentMonitor.Consent;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows the peer's consent with a clock and one timer: asks {@link ConsentMonitor} after each answer, each miss, and
 * when consent would expire, and passes the verdict on. STUN thread, but for {@link #age} and {@link #close}.
 */
final class ConsentWatch {
    private final ScheduledExecutorService stunThread;
    private final Consumer<Consent> verdicts;
    private volatile @Nullable ConsentMonitor monitor; // changed on the STUN thread only
    private volatile @Nullable ScheduledFuture<?> timer;
    private volatile boolean closed;

    ConsentWatch(ScheduledExecutorService stunThread, Consumer<Consent> verdicts) {
        this.stunThread = stunThread;
        this.verdicts = verdicts;
    }

    /** A pair is selected: a check over it was answered just now. */
    void begin() {
        monitor = new ConsentMonitor(System.nanoTime());
        setTimer(ConsentMonitor.EXPIRY);
    }

    /** A check on the selected pair was answered, or missed. */
    void onCheck(boolean answered) {
        ConsentMonitor current = monitor;
        if (current == null) {
            return; // the agent's own last check before it told of the selection
        }
        if (answered) {
            current.onAnswered(System.nanoTime());
        } else {
            current.onMissed();
        }
        verdicts.accept(current.consent(System.nanoTime()));
    }

    private void onTimer() {
        ConsentMonitor current = monitor;
        if (closed || current == null) {
            return;
        }
        verdicts.accept(current.consent(System.nanoTime()));
        Duration left = current.untilExpiry(System.nanoTime());
        if (!left.isNegative() && !left.isZero()) {
            setTimer(left);
        }
    }

    private void setTimer(Duration delay) {
        timer = Tasks.trySchedule(stunThread, this::onTimer, delay);
        if (closed) {
            close(); // it may have missed the timer just set
        }
    }

    /** How long ago the peer last answered; null before a pair was selected. */
    @Nullable
    Duration age() {
        ConsentMonitor current = monitor;
        return current == null ? null : current.age(System.nanoTime());
    }

    /** Ends the timer. Idempotent, from any thread. */
    void close() {
        closed = true;
        ScheduledFuture<?> last = timer;
        if (last != null) {
            last.cancel(false);
        }
    }
}
