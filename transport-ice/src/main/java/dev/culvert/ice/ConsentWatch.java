package dev.culvert.ice;

import dev.culvert.ice.internal.ConsentMonitor;
import dev.culvert.ice.internal.ConsentMonitor.Consent;
import dev.culvert.ice.internal.TransactionId;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the peer's consent with a clock and one timer, when {@link ConsentMonitor} says so, and passes its verdict on
 * after each answer, each check and when consent expires. STUN thread, but for {@link #age} and {@link #close}.
 */
final class ConsentWatch {
    private static final SecureRandom IDS = new SecureRandom();
    private static final Random JITTER = new Random();

    private final ScheduledExecutorService stunThread;
    private final Consumer<TransactionId> check;
    private final Consumer<Consent> verdicts;

    /** The checks since the last answer; no more than go out until consent expires. */
    private final Set<TransactionId> unanswered = new HashSet<>();

    private volatile @Nullable ConsentMonitor monitor; // changed on the STUN thread only
    private volatile @Nullable ScheduledFuture<?> timer;
    private volatile boolean closed;

    /** @param check sends a check with this id to the peer */
    ConsentWatch(ScheduledExecutorService stunThread, Consumer<TransactionId> check, Consumer<Consent> verdicts) {
        this.stunThread = stunThread;
        this.check = check;
        this.verdicts = verdicts;
    }

    /** A pair is selected, or another one: a check over it was answered just now. */
    void begin() {
        unanswered.clear();
        ConsentMonitor begun = new ConsentMonitor(System.nanoTime(), JITTER);
        monitor = begun;
        follow(begun);
    }

    /** The peer answered a request; returns whether it was a check of ours. */
    boolean onAnswer(TransactionId id) {
        ConsentMonitor current = monitor;
        if (current == null || !unanswered.contains(id)) {
            return false;
        }
        unanswered.clear(); // answers to earlier ones tell nothing new
        current.onAnswered(System.nanoTime());
        follow(current);
        return true;
    }

    private void onTimer() {
        ConsentMonitor current = monitor;
        if (closed || current == null) {
            return;
        }
        if (current.poll(System.nanoTime())) {
            TransactionId id = TransactionId.random(IDS);
            unanswered.add(id);
            check.accept(id);
        }
        follow(current);
    }

    private void follow(ConsentMonitor current) {
        long now = System.nanoTime();
        Consent consent = current.consent(now);
        if (consent != Consent.EXPIRED) {
            setTimer(current.untilNext(now));
        }
        verdicts.accept(consent);
    }

    private void setTimer(Duration delay) {
        cancelTimer();
        timer = Tasks.trySchedule(stunThread, this::onTimer, delay);
        if (closed) {
            cancelTimer(); // close may have missed the timer just set
        }
    }

    private void cancelTimer() {
        ScheduledFuture<?> last = timer;
        if (last != null) {
            last.cancel(false);
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
        cancelTimer();
    }
}
