package dev.culvert.ice.frame;

import org.jspecify.annotations.Nullable;

/**
 * One peer's incomplete frames: found by id, and in the order they began. Chained hashing on the plain int, so that a
 * look-up for each datagram makes no garbage, with a factor the peer does not know, so that it can not choose ids that
 * meet in one chain. Not thread-safe.
 */
final class FrameTable {
    private static final int LEAST_BUCKETS = 16;

    private final int factor;
    private PartialFrame[] buckets = new PartialFrame[LEAST_BUCKETS];
    private @Nullable PartialFrame oldest;
    private @Nullable PartialFrame youngest;
    private int size;

    /**
     * @param random any number, not known to the peer
     */
    FrameTable(int random) {
        factor = random | 1;
    }

    @Nullable
    PartialFrame find(int id) {
        PartialFrame frame = buckets[bucketOf(id)];
        while (frame != null && frame.id != id) {
            frame = frame.chain;
        }
        return frame;
    }

    /** Adds a frame, whose id is not there yet, as the youngest. */
    void add(PartialFrame frame) {
        if (size == buckets.length) {
            grow();
        }
        size++;
        link(frame);
        PartialFrame before = youngest;
        frame.older = before;
        youngest = frame;
        if (before == null) {
            oldest = frame;
        } else {
            before.younger = frame;
        }
    }

    /** Removes a frame, which must be there. */
    void remove(PartialFrame frame) {
        unlink(frame);
        size--;
        PartialFrame before = frame.older;
        PartialFrame after = frame.younger;
        if (before == null) {
            oldest = after;
        } else {
            before.younger = after;
        }
        if (after == null) {
            youngest = before;
        } else {
            after.older = before;
        }
        if (size == 0 && buckets.length > LEAST_BUCKETS) {
            buckets = new PartialFrame[LEAST_BUCKETS]; // what a flood made it grow to is not kept
        }
    }

    /** The one that began first; null if there is none. */
    @Nullable
    PartialFrame oldest() {
        return oldest;
    }

    /** The one that began last; null if there is none. */
    @Nullable
    PartialFrame youngest() {
        return youngest;
    }

    int size() {
        return size;
    }

    private void link(PartialFrame frame) {
        int bucket = bucketOf(frame.id);
        frame.chain = buckets[bucket];
        buckets[bucket] = frame;
    }

    private void unlink(PartialFrame frame) {
        int bucket = bucketOf(frame.id);
        PartialFrame previous = null;
        PartialFrame at = buckets[bucket];
        while (at != null && at != frame) {
            previous = at;
            at = at.chain;
        }
        if (at == null) {
            throw new IllegalStateException("A frame to remove is not in its table");
        }
        if (previous == null) {
            buckets[bucket] = frame.chain;
        } else {
            previous.chain = frame.chain;
        }
    }

    private void grow() {
        buckets = new PartialFrame[buckets.length * 2];
        for (PartialFrame frame = oldest; frame != null; frame = frame.younger) {
            link(frame);
        }
    }

    /** The high bits of the product, which depend on all bits of the id. */
    private int bucketOf(int id) {
        return (id * factor) >>> Integer.numberOfLeadingZeros(buckets.length - 1);
    }
}
