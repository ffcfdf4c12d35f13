package dev.culvert.ice.frame;

import java.util.concurrent.atomic.AtomicLong;

/** A budget of bytes that all assemblers of a process share. Counts only: it allocates nothing. Thread-safe, no lock. */
public final class FrameMemory {
    private final long limit;
    private final AtomicLong used = new AtomicLong();

    /**
     * @param limit most bytes reserved at once, positive
     */
    public FrameMemory(long limit) {
        if (limit <= 0) {
            throw new IllegalArgumentException("The limit is positive, not " + limit);
        }
        this.limit = limit;
    }

    /** Takes bytes from the budget if there are as many. */
    boolean tryReserve(int bytes) {
        long now = used.get();
        while (bytes <= limit - now) {
            long before = used.compareAndExchange(now, now + bytes);
            if (before == now) {
                return true;
            }
            now = before;
        }
        return false;
    }

    /** Gives bytes back. */
    void release(int bytes) {
        long left = used.addAndGet(-bytes);
        if (left < 0) {
            throw new IllegalStateException("More frame memory given back than taken: " + left);
        }
    }

    /** Bytes reserved now. */
    public long used() {
        return used.get();
    }

    /** Most bytes reserved at once. */
    public long limit() {
        return limit;
    }
}
