package dev.culvert.identity;

import dev.culvert.transport.PeerId;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;

/**
 * The public key to which messages are sealed against a later quantum computer: X-Wing, that is ML-KEM-768 and X25519
 * together. Checked when it is read, so that sealing to it does not fail. Immutable, for any thread.
 */
public final class SealingKey {
    /** Bytes of the key: 1184 of ML-KEM-768 and 32 of X25519. */
    public static final int LENGTH = 1216;

    private static final int SHOWN_BYTES = 8;

    private final byte[] bytes;

    private SealingKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * The key in these bytes, which are copied.
     *
     * @throws InvalidKeyExchangeException if the length is not {@link #LENGTH}, a coefficient of the ML-KEM key is not
     *     below the modulus (FIPS 203 section 7.2), or the X25519 key is a low-order point
     */
    @SuppressWarnings("UnusedException") // the library's text says no more than ours
    public static SealingKey parse(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new InvalidKeyExchangeException(
                    "An X-Wing public key has " + LENGTH + " bytes, not " + bytes.length + "; drop what carried it");
        }
        byte[] copy = bytes.clone();
        KeyAgreement.refuseLowOrder(Arrays.copyOfRange(copy, LENGTH - PeerId.KEY_LENGTH, LENGTH));
        try {
            AsymmetricKeyParameter unused =
                    HpkeSuite.X_WING_CHACHA20POLY1305.engine().deserializePublicKey(copy);
        } catch (IllegalArgumentException e) {
            throw new InvalidKeyExchangeException(
                    "The ML-KEM part of an X-Wing public key is not in its range; drop what carried it");
        }
        return new SealingKey(copy);
    }

    /** A copy of the {@link #LENGTH} bytes. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SealingKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Its first bytes, enough to tell keys apart in a log. */
    @Override
    public String toString() {
        return "SealingKey[" + HexFormat.of().formatHex(bytes, 0, SHOWN_BYTES) + "]";
    }
}
