package dev.culvert.ice.internal;

import java.time.Duration;

/**
 * Whether the peer still consents to receive (RFC 7675). Pure logic in the caller's time, nanoseconds of any origin;
 * the STUN thread owns it, but for {@link #age}.
 */
public final class ConsentMonitor {
    /** RFC 7675 section 5.1: consent expires 30 seconds after the last answered check. */
    public static final Duration EXPIRY = Duration.ofSeconds(30);

    /** What is known of the peer's consent. */
    public enum Consent {
        /** The last check was answered. */
        FRESH,
        /** A check went unanswered; consent has not expired yet. */
        MISSED,
        /** Expired: nothing may be sent any more. */
        EXPIRED
    }

    private volatile long answeredNanos;
    private boolean missed;

    public ConsentMonitor(long nowNanos) {
        answeredNanos = nowNanos;
    }

    /** A check was answered. After expiry it changes nothing: a new session is needed. */
    public void onAnswered(long nowNanos) {
        if (consent(nowNanos) != Consent.EXPIRED) {
            answeredNanos = nowNanos;
            missed = false;
        }
    }

    /** A check timed out. */
    public void onMissed() {
        missed = true;
    }

    public Consent consent(long nowNanos) {
        if (nowNanos - answeredNanos >= EXPIRY.toNanos()) {
            return Consent.EXPIRED;
        }
        return missed ? Consent.MISSED : Consent.FRESH;
    }

    /** How long ago a check was last answered; from any thread. */
    public Duration age(long nowNanos) {
        return Duration.ofNanos(Math.max(0, nowNanos - answeredNanos));
    }

    /** How long until consent expires if nothing is answered; zero or less once it has. */
    public Duration untilExpiry(long nowNanos) {
        return EXPIRY.minusNanos(nowNanos - answeredNanos);
    }
}
