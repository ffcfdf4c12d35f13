package dev.culvert.transport;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The 16 random bytes that name one message wherever it travels, so that a copy that arrives by another way is
 * recognised. Two messages share an id with probability 2^-64 after 2^32 messages.
 */
public record MessageId(long high, long low) {
    /** Bytes of an id on the wire. */
    public static final int LENGTH = 16;

    private static final SecureRandom RANDOM = new SecureRandom();

    /** A fresh id from the platform's secure random source. */
    public static MessageId random() {
        return new MessageId(RANDOM.nextLong(), RANDOM.nextLong());
    }

    /** Reads 16 bytes and advances the buffer. */
    public static MessageId readFrom(ByteBuffer in) {
        return new MessageId(in.getLong(), in.getLong());
    }

    /** Writes 16 bytes and advances the buffer. */
    public void writeTo(ByteBuffer out) {
        out.putLong(high).putLong(low);
    }

    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(high) + hex.toHexDigits(low);
    }
}
