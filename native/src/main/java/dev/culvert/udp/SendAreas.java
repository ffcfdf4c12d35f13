package dev.culvert.udp;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The areas of this process, as many as threads send at the same moment, but no more are kept than there is room for here:
 * one for each thread would be too many where threads are cheap. Thread-safe, without a lock.
 */
final class SendAreas {
    /** Twice the processors: a thread may be stopped between taking one and giving it back. */
    private static final int SIZE =
            Integer.highestOneBit(Math.max(4, 2 * Runtime.getRuntime().availableProcessors()));

    private static final AtomicReferenceArray<@Nullable SendArea> FREE = new AtomicReferenceArray<>(SIZE);

    private SendAreas() {}

    /** Takes one; {@link #give} must follow. */
    static SendArea take() {
        int first = first();
        for (int i = 0; i < SIZE; i++) {
            int place = (first + i) & (SIZE - 1);
            if (FREE.getPlain(place) != null) {
                SendArea area = FREE.getAndSet(place, null);
                if (area != null) {
                    return area;
                }
            }
        }
        return new SendArea();
    }

    static void give(SendArea area) {
        int first = first();
        for (int i = 0; i < SIZE; i++) {
            int place = (first + i) & (SIZE - 1);
            if (FREE.getPlain(place) == null && FREE.compareAndSet(place, null, area)) {
                return;
            }
        }
        // More were in use at once than are kept.
    }

    /** Each thread begins at a place of its own, where it finds the area that it had before. */
    private static int first() {
        return (int) Thread.currentThread().getId() & (SIZE - 1);
    }
}
