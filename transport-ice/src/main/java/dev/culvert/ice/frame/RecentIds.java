package dev.culvert.ice.frame;

import java.util.Arrays;

/**
 * The ids of the frames that ended last, whichever way, so that a late fragment does not begin a frame that can never
 * be whole. Bounded: the oldest is forgotten first. Ids are compared for equality only and may wrap around: an order of
 * ids would let one forged datagram, far ahead, make all honest ones look old. Not thread-safe.
 */
final class RecentIds {
    /** Half a minute of 30 frames a second, 4 KiB; asked once for each new frame, so a scan will do. */
    static final int CAPACITY = 1024;

    private int[] ids = new int[16];
    private int size;
    private int next;

    void add(int id) {
        if (next == ids.length) {
            if (ids.length < CAPACITY) {
                ids = Arrays.copyOf(ids, ids.length * 2);
            } else {
                next = 0;
            }
        }
        ids[next++] = id;
        size = Math.max(size, next);
    }

    boolean contains(int id) {
        for (int i = 0; i < size; i++) {
            if (ids[i] == id) {
                return true;
            }
        }
        return false;
    }
}
