package dev.culvert.ice.internal;

/**
 * The smoothed round-trip time of one path, as RFC 6298 section 2 makes it: each new sample moves it by an eighth. Pure
 * logic; samples come on one thread, the value may be read by any.
 */
public final class RoundTrip {
    private static final int WEIGHT = 8;

    private volatile long smoothedNanos = -1;

    /** Takes one measured time, 0 or more. */
    public void onSample(long nanos) {
        long old = smoothedNanos;
        smoothedNanos = old < 0 ? nanos : old + (nanos - old) / WEIGHT;
    }

    /** The path changed: what was measured says nothing about the new one. */
    public void reset() {
        smoothedNanos = -1;
    }

    /** Nanoseconds; -1 before the first sample. */
    public long smoothedNanos() {
        return smoothedNanos;
    }
}
