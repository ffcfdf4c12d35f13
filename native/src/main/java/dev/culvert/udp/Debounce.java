package dev.culvert.udp;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * When to look after something was heard: as soon as it has been quiet for a while, but at most some time after the first
 * word. One change of an address makes the kernel say several things. In the caller's time, nanoseconds that may
 * overflow; one thread.
 */
final class Debounce {
    private final long quietNanos;
    private final long mostNanos;

    private boolean pending;
    private long dueNanos;
    private long latestNanos;

    /**
     * Sets the two times.
     *
     * @param quiet zero means at once
     * @param most not less than quiet
     */
    Debounce(Duration quiet, Duration most) {
        quietNanos = quiet.toNanos();
        mostNanos = most.toNanos();
    }

    /** Something was heard. */
    void trigger(long now) {
        if (!pending) {
            pending = true;
            latestNanos = now + mostNanos;
        }
        long quietEnds = now + quietNanos;
        dueNanos = quietEnds - latestNanos < 0 ? quietEnds : latestNanos;
    }

    /** Looking failed: once more after this time, or earlier if something is heard. */
    void retry(long now, Duration after) {
        pending = true;
        latestNanos = now + after.toNanos();
        dueNanos = latestNanos;
    }

    /** How long there is nothing to do, at least 0; empty if nothing was heard. */
    OptionalLong nanosLeft(long now) {
        return pending ? OptionalLong.of(Math.max(0, dueNanos - now)) : OptionalLong.empty();
    }

    /** Whether it is time to look. If so, that is over with this call. */
    boolean takeDue(long now) {
        boolean due = pending && dueNanos - now <= 0;
        if (due) {
            pending = false;
        }
        return due;
    }
}
