package dev.culvert.ice;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Byte arrays for messages that wait in queues, shared by all contexts of an endpoint. An array is out of the pool only
 * while a message is in it. Thread-safe; its lock is held for a push or a pop, and not at all by a taker that keeps pace,
 * since the array that came back last waits outside of it.
 */
final class BufferPool {
    /** Room for any datagram of an Ethernet path; larger ones get an array of their own size, not pooled. */
    static final int POOLED_BYTES = 2048;

    private static final int MAX_IDLE = 256;

    private final AtomicReference<byte @Nullable []> last = new AtomicReference<>();
    private final ArrayDeque<byte[]> idle = new ArrayDeque<>();

    /** An array of at least {@code length} bytes. */
    byte[] borrow(int length) {
        if (length > POOLED_BYTES) {
            return new byte[length];
        }
        byte[] array = last.getAndSet(null);
        if (array != null) {
            return array;
        }
        synchronized (idle) {
            array = idle.pollLast();
        }
        return array != null ? array : new byte[POOLED_BYTES];
    }

    /** Takes an array back; the caller must not touch it again. */
    void giveBack(byte[] array) {
        if (array.length != POOLED_BYTES) {
            return;
        }
        if (last.compareAndSet(null, array)) {
            return;
        }
        synchronized (idle) {
            if (idle.size() < MAX_IDLE) {
                idle.addLast(array);
            }
        }
    }
}
