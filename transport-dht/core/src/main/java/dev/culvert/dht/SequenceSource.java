package dev.culvert.dht;

import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers records: the time in milliseconds, or one more than the last number when that is not larger. So a peer that
 * lost all it knew goes on above its old numbers, as long as its clock is not set back. Safe for any thread.
 */
final class SequenceSource {
    private final Clock clock;
    private final AtomicLong last = new AtomicLong();

    SequenceSource(Clock clock) {
        this.clock = clock;
    }

    long next() {
        return last.updateAndGet(previous -> Math.max(previous + 1, clock.millis()));
    }

    /** Makes sure that the next number is above one that was used before. */
    void above(long used) {
        last.accumulateAndGet(used, Math::max);
    }
}
