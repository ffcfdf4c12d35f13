package dev.culvert.udp;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A trigger whose events a test gives out, and whose time is the monitor's: it passes only while the monitor waits for a
 * certain time, and then at once.
 */
final class ScriptedTrigger implements NetworkTrigger {
    private final long gapNanos;
    private long now = Long.MAX_VALUE - 1_000; // overflows soon
    private int events;
    private boolean woken;
    private boolean closed;
    private @Nullable IOException failure;

    /** With so long between two events of a burst. */
    ScriptedTrigger(Duration gap) {
        gapNanos = gap.toNanos();
    }

    /** So many, one after the other, without any quiet between them but the gap. */
    synchronized void say(int times) {
        events += times;
        notifyAll();
    }

    synchronized void fail(IOException e) {
        failure = e;
        notifyAll();
    }

    synchronized long nanoTime() {
        return now;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Leaves an interrupt as it is: so does a wait in the native core. */
    @Override
    public synchronized boolean await(Duration atMost) throws IOException {
        if (closed) {
            throw new IllegalStateException("used after it was closed");
        }
        boolean interrupted = Thread.interrupted();
        try {
            return awaitUninterruptibly(atMost);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized boolean awaitUninterruptibly(Duration atMost) throws IOException {
        while (true) {
            if (failure != null) {
                throw failure;
            }
            if (woken) {
                woken = false;
                return false;
            }
            if (events > 0) {
                events--;
                now += gapNanos;
                return true;
            }
            if (!atMost.isNegative()) {
                now += atMost.toNanos();
                return false;
            }
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts a waiting monitor", e);
            }
        }
    }

    @Override
    public synchronized void wake() {
        woken = true;
        notifyAll();
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}
