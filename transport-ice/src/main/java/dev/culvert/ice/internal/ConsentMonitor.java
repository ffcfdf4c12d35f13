package dev.culvert.ice.internal;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Whether the peer still consents to receive (RFC 7675), and when to ask it next: every 5 s while it answers, give or
 * take a fifth, so that many do not ask at once; a check that is not answered is followed by the next after half a
 * second, and after six of them the peer counts as silent. Each check is a new request. Pure logic in the caller's time,
 * nanoseconds of any origin; the STUN thread owns it, but for {@link #age}.
 */
public final class ConsentMonitor {
    /** RFC 7675 section 5.1: consent expires 30 seconds after the last answered check. */
    public static final Duration EXPIRY = Duration.ofSeconds(30);

    /** RFC 7675 section 5.1, between 0.8 and 1.2 of it. */
    static final Duration INTERVAL = Duration.ofSeconds(5);

    /** How long an answer is waited for: longer than round trips take. */
    static final Duration RETRY = Duration.ofMillis(500);

    /** Between checks of a silent peer, which is often back after a change of networks. */
    static final Duration SILENT_RETRY = Duration.ofSeconds(1);

    /** So many unanswered checks in a row are more than a link loses. */
    static final int MISSED = 6;

    /** So many unanswered ones make another path worth a look. */
    static final int DOUBTFUL = 2;

    /** What is known of the peer's consent. */
    public enum Consent {
        /** The last check was answered, or still may be. */
        FRESH,
        /** Several checks went unanswered; consent has not expired yet. */
        MISSED,
        /** Expired: nothing may be sent any more. */
        EXPIRED
    }

    private final RandomGenerator random;
    private volatile long answeredNanos;
    private long nextNanos;
    private int unanswered;
    private boolean missed;
    private boolean departed;

    /** A check was answered just now. */
    public ConsentMonitor(long nowNanos, RandomGenerator random) {
        this.random = random;
        answered(nowNanos);
    }

    private void answered(long nowNanos) {
        answeredNanos = nowNanos;
        unanswered = 0;
        missed = false;
        nextNanos = nowNanos + (long) (INTERVAL.toNanos() * (0.8 + 0.4 * random.nextDouble()));
    }

    /** Whether a check is to be sent now; true counts it as sent. */
    public boolean poll(long nowNanos) {
        if (departed || nowNanos - nextNanos < 0 || consent(nowNanos) == Consent.EXPIRED) {
            return false;
        }
        missed = unanswered >= MISSED;
        unanswered++;
        nextNanos = nowNanos + (missed ? SILENT_RETRY : RETRY).toNanos();
        return true;
    }

    /** The next check is due now, whatever became of earlier ones. */
    public void askAt(long nowNanos) {
        nextNanos = nowNanos;
    }

    /** Another path is in use: its silence is yet to be shown. */
    public void onMoved(long nowNanos) {
        unanswered = 0;
        nextNanos = nowNanos;
    }

    /** A check was answered. After expiry it changes nothing: a new session is needed. */
    public void onAnswered(long nowNanos) {
        if (!departed && consent(nowNanos) != Consent.EXPIRED) {
            answered(nowNanos);
        }
    }

    /** The peer has gone for good: it is asked no more, and what it gave expires in its time. */
    public void depart() {
        departed = true;
    }

    public Consent consent(long nowNanos) {
        if (nowNanos - answeredNanos >= EXPIRY.toNanos()) {
            return Consent.EXPIRED;
        }
        return missed || departed ? Consent.MISSED : Consent.FRESH;
    }

    /** Whether more checks in a row went unanswered than most links lose; the one just sent is not among them. */
    public boolean isDoubtful() {
        return !departed && unanswered > DOUBTFUL;
    }

    /** How long ago a check was last answered; from any thread. */
    public Duration age(long nowNanos) {
        return Duration.ofNanos(Math.max(0, nowNanos - answeredNanos));
    }

    /** How long until the next check or the end of consent; zero or less if that is past. */
    public Duration untilNext(long nowNanos) {
        long expiry = answeredNanos + EXPIRY.toNanos();
        return Duration.ofNanos((departed || expiry - nextNanos < 0 ? expiry : nextNanos) - nowNanos);
    }
}
