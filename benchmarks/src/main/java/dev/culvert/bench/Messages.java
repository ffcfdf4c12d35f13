package dev.culvert.bench;

import java.nio.ByteBuffer;

/** Payloads. */
final class Messages {
    private Messages() {}

    /** A direct buffer of bytes that do not look like STUN. */
    static ByteBuffer ofSize(int bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
        while (buffer.hasRemaining()) {
            buffer.put((byte) 0xA5);
        }
        return buffer.flip();
    }
}
