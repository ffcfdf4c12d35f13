package dev.culvert.ice;

import java.util.ArrayDeque;

/**
 * Byte arrays for messages that wait in queues, shared by all contexts of an endpoint. An array is out of the pool only
 * while a message is in it, or while a queue keeps one for its next message. Thread-safe; its lock is held for a push or a
 * pop.
 */
final class BufferPool {
    /** Room for any datagram of an Ethernet path; larger ones get an array of their own size, not pooled. */
    static final int POOLED_BYTES = 2048;

    private static final int MAX_IDLE = 256;

    private final ArrayDeque<byte[]> idle = new ArrayDeque<>();

    /** An array of at least {@code length} bytes. */
    byte[] borrow(int length) {
        if (length > POOLED_BYTES) {
            return new byte[length];
        }
        byte[] array;
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
        synchronized (idle) {
            if (idle.size() < MAX_IDLE) {
                idle.addLast(array);
            }
        }
    }
}
