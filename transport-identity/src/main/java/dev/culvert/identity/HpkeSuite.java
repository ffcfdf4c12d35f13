package dev.culvert.identity;

import java.util.Optional;
import org.bouncycastle.crypto.hpke.HPKE;

/**
 * The HPKE (RFC 9180) suites, all in mode base, by the byte that names them in a record. A byte once given away keeps
 * its meaning for ever. Immutable, for any thread.
 */
public enum HpkeSuite {
    /** DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305. */
    X25519_CHACHA20POLY1305(
            (byte) 1, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_CHACHA20_POLY1305, 32, 16),
    /**
     * X-Wing (draft-connolly-cfrg-xwing-kem: ML-KEM-768 and X25519 in one, KEM 0x647a), HKDF-SHA256, ChaCha20Poly1305. Safe
     * as long as one of the two is; 1088 bytes more.
     */
    X_WING_CHACHA20POLY1305((byte) 2, HPKE.kem_X_WING, HPKE.kdf_HKDF_SHA256, HPKE.aead_CHACHA20_POLY1305, 1120, 16);

    private final byte id;
    private final short kem;
    private final short kdf;
    private final short aead;
    private final int encLength;
    private final int tagLength;

    HpkeSuite(byte id, short kem, short kdf, short aead, int encLength, int tagLength) {
        this.id = id;
        this.kem = kem;
        this.kdf = kdf;
        this.aead = aead;
        this.encLength = encLength;
        this.tagLength = tagLength;
    }

    /** The suite that a record's byte names, or empty when this version does not know it. */
    public static Optional<HpkeSuite> byId(byte id) {
        for (HpkeSuite suite : values()) {
            if (suite.id == id) {
                return Optional.of(suite);
            }
        }
        return Optional.empty();
    }

    /** The byte in the record. */
    public byte id() {
        return id;
    }

    /** Bytes of the encapsulated key. */
    public int encLength() {
        return encLength;
    }

    /** Bytes that the ciphertext is longer than the plaintext. */
    public int tagLength() {
        return tagLength;
    }

    /** A fresh engine: it keeps hash states inside, so each call takes its own. */
    HPKE engine() {
        return new HPKE(HPKE.mode_base, kem, kdf, aead);
    }
}
