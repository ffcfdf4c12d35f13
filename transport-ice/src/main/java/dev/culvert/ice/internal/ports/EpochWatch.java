package dev.culvert.ice.internal.ports;

import java.time.Duration;

/**
 * Notices by the clock that a router puts into its answers that it has forgotten its mappings (RFC 6886 section 3.6,
 * and RFC 6887 section 8.5, which asks nearly the same). One for each router and protocol; in the caller's time.
 */
final class EpochWatch {
    /** A router that says so in each answer must not make us ask in a circle. */
    static final Duration QUIET = Duration.ofSeconds(10);

    private static final long SLACK_SECONDS = 2;

    private boolean known;
    private long lastEpoch;
    private long lastNanos;
    private boolean noticed;
    private long noticedNanos;

    /** Takes the clock of an answer, in seconds. Returns whether the mappings from before it are gone. */
    boolean isReset(long epochSeconds, long nowNanos) {
        boolean reset = false;
        if (known) {
            long passed = Duration.ofNanos(nowNanos - lastNanos).toSeconds();
            // Its clock may run slower than ours by an eighth.
            reset = epochSeconds < lastEpoch + passed * 7 / 8 - SLACK_SECONDS;
        }
        known = true;
        lastEpoch = epochSeconds;
        lastNanos = nowNanos;
        if (!reset || (noticed && nowNanos - noticedNanos < QUIET.toNanos())) {
            return false;
        }
        noticed = true;
        noticedNanos = nowNanos;
        return true;
    }
}
