package dev.culvert.bench;

/**
 * Waits actively for another thread, giving the processor away, and fails when that takes too long: then something was
 * lost. Made once and used for every wait, since what it allocates would count as the benchmark's.
 */
final class Stall {
    private static final int SPINS = 50;
    private static final int LOOK_AT_CLOCK = 1 << 10;
    private static final long TOO_LONG_NANOS = 10_000_000_000L;

    private final String what;
    private long pauses;
    private long deadline;

    Stall(String what) {
        this.what = what;
    }

    /** A new wait begins. */
    void reset() {
        pauses = 0;
        deadline = 0;
    }

    @SuppressWarnings("ThreadPriorityCheck") // only to give the processor away
    void pause() {
        pauses++;
        if (pauses < SPINS) {
            Thread.onSpinWait();
            return;
        }
        Thread.yield();
        if (pauses % LOOK_AT_CLOCK == 0) {
            checkTime();
        }
    }

    private void checkTime() {
        long now = System.nanoTime();
        if (deadline == 0) {
            deadline = now + TOO_LONG_NANOS;
        } else if (now - deadline > 0) {
            throw new IllegalStateException("Waited 10 s for " + what + ": datagrams were lost");
        }
    }
}
