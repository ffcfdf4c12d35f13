package dev.culvert.ice;

import dev.culvert.ice.internal.ConsentMonitor;
import dev.culvert.ice.internal.ConsentMonitor.Consent;
import dev.culvert.ice.internal.TransactionId;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the peer's consent with a clock and one timer, when {@link ConsentMonitor} says so, and passes its verdict on
 * after each answer, each check and when consent expires. STUN thread, but for {@link #age} and {@link #close}.
 */
final class ConsentWatch {
    private static final SecureRandom IDS = new SecureRandom();
    private static final Random JITTER = new Random();

    /** Checks of the peer over the pair in use. */
    interface Checks {
        /** Sends one. */
        void send(TransactionId id);

        /** Two in a row have not been answered: more than most links lose. Told with each further one. */
        void doubt();

        /** No answer to it is waited for any more. */
        void forget(TransactionId id);
    }

    private final ScheduledExecutorService stunThread;
    private final LongSupplier nanoTime;
    private final Checks checks;
    private final Consumer<Consent> verdicts;

    /** In the order of sending; no more than go out until consent expires. */
    private final Deque<TransactionId> unanswered = new ArrayDeque<>(2);

    private volatile @Nullable ConsentMonitor monitor; // changed on the STUN thread only
    private volatile @Nullable ScheduledFuture<?> timer;
    private volatile boolean closed;

    ConsentWatch(
            ScheduledExecutorService stunThread, LongSupplier nanoTime, Checks checks, Consumer<Consent> verdicts) {
        this.stunThread = stunThread;
        this.nanoTime = nanoTime;
        this.checks = checks;
        this.verdicts = verdicts;
    }

    /** A pair is selected: a check over it was answered just now. */
    void begin() {
        ConsentMonitor begun = new ConsentMonitor(nanoTime.getAsLong(), JITTER);
        monitor = begun;
        follow(begun);
    }

    /** Another pair is in use: what was answered over the old one says nothing of it, so the peer is asked at once. */
    void move() {
        forgetUntil(null);
        ConsentMonitor current = monitor;
        if (current != null) {
            current.onMoved(nanoTime.getAsLong());
            follow(current);
        }
    }

    /** The peer is asked at once, unless it is being asked. */
    void askNow() {
        ConsentMonitor current = monitor;
        if (current != null && !closed && unanswered.isEmpty()) {
            current.askAt(nanoTime.getAsLong());
            follow(current);
        }
    }

    /** The peer has gone for good, if a pair was selected. */
    void depart() {
        ConsentMonitor current = monitor;
        if (current != null) {
            forgetUntil(null);
            current.depart();
            follow(current);
        }
    }

    /** Whether this is a check of ours that may still be answered. */
    boolean isPending(TransactionId id) {
        return unanswered.contains(id);
    }

    /** The peer answered a request; returns whether it was a check of ours. */
    boolean onAnswer(TransactionId id) {
        ConsentMonitor current = monitor;
        if (current == null || !isPending(id)) {
            return false;
        }
        forgetUntil(id); // later ones may be on their way over a slow link
        current.onAnswered(nanoTime.getAsLong());
        follow(current);
        return true;
    }

    /** Forgets the checks before this one, and this one; all for null. */
    private void forgetUntil(@Nullable TransactionId last) {
        TransactionId id = unanswered.poll();
        while (id != null && !id.equals(last)) {
            checks.forget(id);
            id = unanswered.poll();
        }
    }

    private void onTimer() {
        ConsentMonitor current = monitor;
        if (closed || current == null) {
            return;
        }
        if (current.poll(nanoTime.getAsLong())) {
            TransactionId id = TransactionId.random(IDS);
            unanswered.add(id);
            checks.send(id);
            if (current.isDoubtful()) {
                checks.doubt();
            }
        }
        follow(current);
    }

    private void follow(ConsentMonitor current) {
        long now = nanoTime.getAsLong();
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
        return current == null ? null : current.age(nanoTime.getAsLong());
    }

    /** Ends the timer. Idempotent, from any thread. */
    void close() {
        closed = true;
        cancelTimer();
    }
}
