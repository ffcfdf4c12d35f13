package dev.culvert.udp;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;
import java.util.concurrent.Semaphore;

/** Says every second that something may have changed: where the system does not tell. Holds nothing of the system's. */
final class PollingTrigger implements NetworkTrigger {
    private final long periodNanos;
    private final Semaphore wakes = new Semaphore(0);

    private long dueNanos; // awaiting thread only

    PollingTrigger(Duration period) {
        periodNanos = period.toNanos();
        dueNanos = System.nanoTime() + periodNanos;
    }

    @Override
    public boolean await(Duration atMost) {
        long untilDue = dueNanos - System.nanoTime();
        long wait = atMost.isNegative() ? untilDue : Math.min(untilDue, atMost.toNanos());
        try {
            if (wakes.tryAcquire(wait, NANOSECONDS)) {
                wakes.drainPermits();
                return false;
            }
        } catch (InterruptedException e) {
            return false; // only a listener interrupts this thread, and it means nothing here
        }
        long now = System.nanoTime();
        boolean due = now - dueNanos >= 0;
        if (due) {
            dueNanos = now + periodNanos; // after a sleep of the machine once, not once for each second of it
        }
        return due;
    }

    @Override
    public void wake() {
        wakes.release();
    }

    @Override
    public void close() {
        // Nothing to free.
    }
}
