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
 * when consent would expire, and passes the verdict on. STUN thread, but for {@link #close}.
 */
final class ConsentWatch {
    private final ScheduledExecutorService stunThread;
    private final Consumer<Consent> verdicts;
    private @Nullable ConsentMonitor monitor;
    private volatile @Nullable ScheduledFuture<?> timer;
    private volatile boolean closed;

    ConsentWatch(ScheduledExecutorService stunThread, Consumer<Consent> verdicts) {
        this.stunThread = stunThread;
        this.verdicts = verdicts;
    }

    /** A pair is selected: its nomination was answered just now. */
    void begin() {
        monitor = new ConsentMonitor(System.nanoTime());
        setTimer(ConsentMonitor.EXPIRY);
    }

    /** A check on the selected pair was answered, or missed. */
    void onCheck(boolean answered) {
        if (monitor == null) {
            return; // the agent's own last check before it told of the selection
        }
        if (answered) {
            monitor.onAnswered(System.nanoTime());
        } else {
            monitor.onMissed();
        }
        verdicts.accept(monitor.consent(System.nanoTime()));
    }

    private void onTimer() {
        if (closed || monitor == null) {
            return;
        }
        verdicts.accept(monitor.consent(System.nanoTime()));
        Duration left = monitor.untilExpiry(System.nanoTime());
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

    /** Ends the timer. Idempotent, from any thread. */
    void close() {
        closed = true;
        ScheduledFuture<?> last = timer;
        if (last != null) {
            last.cancel(false);
        }
    }
}
