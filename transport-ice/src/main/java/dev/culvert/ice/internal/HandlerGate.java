package dev.culvert.ice.internal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The gate that callbacks pass: after {@link #close} has returned, no new one begins. Closing waits for a running
 * callback, but at most a second and never for the thread that closes from inside one.
 */
public final class HandlerGate {
    private static final long MAX_WAIT_MILLIS = 1_000;

    private final ReentrantLock lock = new ReentrantLock();

    /** Written before the lock is asked for, read under it: whoever enters later sees it. */
    private volatile boolean closed;

    /** Whether the callback may begin. If so the caller must {@link #leave} on the same thread. */
    public boolean enter() {
        lock.lock();
        if (closed) {
            lock.unlock();
            return false;
        }
        return true;
    }

    public void leave() {
        lock.unlock();
    }

    /**
     * Lets no further callback begin. Idempotent.
     *
     * @return whether none is running any more, other than the caller's own
     */
    public boolean close() {
        closed = true;
        if (lock.isHeldByCurrentThread()) {
            return true;
        }
        boolean interrupted = Thread.interrupted();
        try {
            if (!lock.tryLock(MAX_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                return false;
            }
            lock.unlock();
            return true;
        } catch (InterruptedException e) {
            interrupted = true;
            return !lock.isLocked();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
