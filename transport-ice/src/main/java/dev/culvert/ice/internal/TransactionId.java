package dev.culvert.ice.internal;

import java.nio.ByteBuffer;
import java.security.SecureRandom;

/** The 96 bits that tie a STUN response to its request. */
public record TransactionId(int high, long low) {
    /** Bytes on the wire. */
    public static final int LENGTH = 12;

    /** Reads the id at an offset. */
    public static TransactionId of(byte[] bytes, int offset) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new TransactionId(in.getInt(offset), in.getLong(offset + 4));
    }

    /** An id that nobody off the path can guess (RFC 8489 section 6). */
    public static TransactionId random(SecureRandom random) {
        return new TransactionId(random.nextInt(), random.nextLong());
    }
}
