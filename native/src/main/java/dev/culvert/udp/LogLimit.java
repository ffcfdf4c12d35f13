package dev.culvert.udp;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Lets one log line a second through on a hot path and counts the rest, so that a flood of errors does not become a
 * flood of log. Thread-safe, without a lock.
 */
final class LogLimit {
    private static final long PERIOD_NANOS = 1_000_000_000L;

    private final LongSupplier nanoTime;
    private final AtomicLong nextNanos;
    private final AtomicLong held = new AtomicLong();

    LogLimit(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        nextNanos = new AtomicLong(nanoTime.getAsLong());
    }

    /** Whether to write a line now; if so, {@link #takeHeld} says how many were held back before it. */
    boolean permits() {
        long now = nanoTime.getAsLong();
        long next = nextNanos.get();
        if (now - next >= 0 && nextNanos.compareAndSet(next, now + PERIOD_NANOS)) {
            return true;
        }
        held.incrementAndGet();
        return false;
    }

    /** How many lines were held back since the last call. */
    long takeHeld() {
        return held.getAndSet(0);
    }
}
