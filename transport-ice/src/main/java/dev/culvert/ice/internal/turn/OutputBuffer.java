package dev.culvert.ice.internal.turn;

import java.nio.ByteBuffer;

/**
 * Messages that wait to be written, one after the other and padded for a stream; bounded. A message is taken whole or not
 * at all, and a part that was written is not written again. Not thread-safe: its wire has the lock.
 */
final class OutputBuffer {
    private static final int FIRST_BYTES = 4_096;

    private final int limit;

    /** What waits is between position and limit. Grows up to the bound. */
    private ByteBuffer bytes;

    /**
     * An empty one.
     *
     * @param limit the most bytes that may wait
     */
    OutputBuffer(int limit) {
        this.limit = limit;
        bytes = ByteBuffer.allocate(Math.min(FIRST_BYTES, limit)).limit(0);
    }

    /** The most bytes that may wait. */
    int limit() {
        return limit;
    }

    /** What waits; reading from it takes it out. */
    ByteBuffer waiting() {
        return bytes;
    }

    /**
     * Takes a message if there is room for all of it.
     *
     * @param message is read without moving its position
     * @param padding bytes of zero that follow it
     */
    boolean add(ByteBuffer message, int padding) {
        int size = message.remaining() + padding;
        if (size > limit - bytes.remaining()) {
            return false;
        }
        makeRoom(size);
        int end = bytes.limit();
        bytes.limit(end + size);
        bytes.put(end, message, message.position(), message.remaining());
        for (int i = end + size - padding; i < end + size; i++) {
            bytes.put(i, (byte) 0);
        }
        return true;
    }

    private void makeRoom(int size) {
        if (bytes.capacity() - bytes.limit() >= size) {
            return;
        }
        int needed = bytes.remaining() + size;
        if (needed <= bytes.capacity()) {
            bytes.compact().flip();
        } else {
            int grown = Math.min(limit, Math.max(needed, 2 * bytes.capacity()));
            bytes = ByteBuffer.allocate(grown).put(bytes).flip();
        }
    }

    /** Forgets what waits, and its memory. */
    void clear() {
        bytes = ByteBuffer.allocate(0);
    }
}
