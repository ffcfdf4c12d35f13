package dev.culvert.cli;

import java.nio.ByteBuffer;
import java.util.Random;

/**
 * What the demonstration's peers send each other. First byte says what it is: a numbered message, the head of a file
 * (its length), a part of a file, a greeting, or text.
 */
final class Payload {
    static final byte NUMBERED = 'M';
    static final byte FILE_HEAD = 'F';
    static final byte FILE_PART = 'P';
    static final byte GREETING = 'G';
    static final byte TEXT = 'T';

    /** Bytes of a file in one message. */
    static final int PART_BYTES = 64 << 10;

    private static final int MAX_BODY = 4_096;

    private Payload() {}

    /** Message number {@code index} of a series: its body is random, 0 to 4096 bytes, the same for the same seed. */
    static byte[] numbered(int index, Random random) {
        byte[] body = new byte[random.nextInt(MAX_BODY + 1)];
        random.nextBytes(body);
        return ByteBuffer.allocate(1 + Integer.BYTES + body.length)
                .put(NUMBERED)
                .putInt(index)
                .put(body)
                .array();
    }

    static byte[] fileHead(long length) {
        return ByteBuffer.allocate(1 + Long.BYTES)
                .put(FILE_HEAD)
                .putLong(length)
                .array();
    }

    static byte[] tagged(byte tag, byte[] content, int length) {
        return ByteBuffer.allocate(1 + length).put(tag).put(content, 0, length).array();
    }
}
