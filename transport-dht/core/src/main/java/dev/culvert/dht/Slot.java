package dev.culvert.dht;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * A place in the DHT: a 64-byte SHA3-512 key and the Ed25519 public key of the only one who may write there. Engines
 * without writer keys of their own keep values of different writers apart by this pair. Immutable.
 */
public final class Slot {
    /** Bytes of a key: one SHA3-512 digest. */
    public static final int KEY_LENGTH = 64;

    /** Bytes of an Ed25519 public key (RFC 8032). */
    public static final int WRITER_LENGTH = 32;

    private final byte[] key;
    private final byte[] writer;

    /**
     * A slot for a key and its writer, both copied.
     *
     * @param key 64 bytes
     * @param writer 32 bytes
     * @throws IllegalArgumentException if a length differs
     */
    public Slot(byte[] key, byte[] writer) {
        if (key.length != KEY_LENGTH || writer.length != WRITER_LENGTH) {
            throw new IllegalArgumentException("A slot needs a key of " + KEY_LENGTH + " and a writer of "
                    + WRITER_LENGTH + " bytes, not " + key.length + " and " + writer.length);
        }
        this.key = key.clone();
        this.writer = writer.clone();
    }

    /** A copy of the 64-byte key. */
    public byte[] key() {
        return key.clone();
    }

    /** A copy of the writer's 32-byte Ed25519 public key. */
    public byte[] writer() {
        return writer.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Slot slot && Arrays.equals(key, slot.key) && Arrays.equals(writer, slot.writer);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(key) + Arrays.hashCode(writer);
    }

    @Override
    public String toString() {
        return "Slot[" + HexFormat.of().formatHex(key, 0, 4) + "…]";
    }
}
