package dev.culvert.transport;

import java.util.Arrays;
import java.util.Base64;

/**
 * A peer's public identity: its Ed25519 public key followed by its X25519 public key, 64 bytes in all. Immutable and
 * safe to share between threads. The text form is base64url without padding, 86 characters.
 */
public final class PeerId implements Comparable<PeerId> {
    /** Bytes of one public key, Ed25519 (RFC 8032) or X25519 (RFC 7748). */
    public static final int KEY_LENGTH = 32;

    /** Bytes of a whole peer id. */
    public static final int LENGTH = 2 * KEY_LENGTH;

    private static final int TEXT_LENGTH = 86;

    private final byte[] bytes;

    private PeerId(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A peer id of the given bytes.
     *
     * @param bytes exactly {@link #LENGTH} bytes, copied
     * @throws IllegalArgumentException if the length differs
     */
    public static PeerId of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("A peer id has " + LENGTH + " bytes, not " + bytes.length);
        }
        return new PeerId(bytes.clone());
    }

    /**
     * Reads the text form that {@link #toString()} writes.
     *
     * @throws IllegalArgumentException if the text is not 86 characters of base64url
     */
    public static PeerId parse(String text) {
        if (text.length() != TEXT_LENGTH) {
            throw new IllegalArgumentException(
                    "A peer id has " + TEXT_LENGTH + " characters of base64url, not " + text.length());
        }
        PeerId id = of(Base64.getUrlDecoder().decode(text));
        if (!id.toString().equals(text)) {
            // Bits of the last character that stand for nothing: two texts for one peer.
            throw new IllegalArgumentException("Not a peer id as it is written: its last character has bits to spare");
        }
        return id;
    }

    /** A copy of the 64 bytes. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /** A copy of the Ed25519 public key that verifies this peer's signatures. */
    public byte[] signingKey() {
        return Arrays.copyOf(bytes, KEY_LENGTH);
    }

    /** A copy of the X25519 public key that messages to this peer are sealed to. */
    public byte[] agreementKey() {
        return Arrays.copyOfRange(bytes, KEY_LENGTH, LENGTH);
    }

    /** Short form for logs and timelines: the first 8 characters of the text form. Not unique. */
    public String toShortString() {
        return toString().substring(0, 8);
    }

    @Override
    public int compareTo(PeerId other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PeerId peer && Arrays.equals(bytes, peer.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
