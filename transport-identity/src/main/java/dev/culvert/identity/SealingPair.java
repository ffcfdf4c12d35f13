package dev.culvert.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.hpke.HPKE;

/**
 * An identity's X-Wing key pair. It follows from the identity's private keys, so that nothing more has to be stored. Making
 * it costs as much as opening a record, so it is kept; the library gives no way to wipe what it holds, its owner can
 * only let go of it. Immutable, for any thread.
 */
final class SealingPair {
    private static final HpkeSuite SUITE = HpkeSuite.X_WING_CHACHA20POLY1305;
    private static final byte[] INFO = "culvert1 x-wing".getBytes(UTF_8);
    private static final byte[] NO_SALT = new byte[0];

    /** Of the draft: the private key is a seed of this length. */
    private static final int SEED_LENGTH = 32;

    private final AsymmetricCipherKeyPair pair;
    private final SealingKey publicKey;

    private SealingPair(byte[] seed) {
        HPKE engine = SUITE.engine();
        this.pair = engine.deserializePrivateKey(seed, null);
        this.publicKey = SealingKey.parse(engine.serializePublicKey(pair.getPublic()));
    }

    /**
     * The pair of an identity. The Ed25519 seed is what counts: a quantum computer finds the X25519 private key from
     * the public one, and the Ed25519 scalar likewise, but not the seed, of which that scalar is a hash. A pair that
     * followed from the X25519 key alone would protect nothing.
     *
     * @param signingSeed the Ed25519 seed, the caller's to wipe
     * @param agreementKey the X25519 private key, the caller's to wipe
     */
    static SealingPair derive(byte[] signingSeed, byte[] agreementKey) {
        byte[] secret = Arrays.copyOf(signingSeed, signingSeed.length + agreementKey.length);
        System.arraycopy(agreementKey, 0, secret, signingSeed.length, agreementKey.length);
        byte[] seed = {};
        try {
            seed = Hkdf.derive(NO_SALT, secret, INFO, SEED_LENGTH);
            return new SealingPair(seed);
        } finally {
            Arrays.fill(secret, (byte) 0);
            Arrays.fill(seed, (byte) 0);
        }
    }

    /** The pair of a published seed, for test vectors. */
    static SealingPair fromSeed(byte[] seed) {
        return new SealingPair(seed);
    }

    SealingKey publicKey() {
        return publicKey;
    }

    /** Opens what was sealed to the public key; whatever is wrong with it, it is the one exception. */
    byte[] open(byte[] enc, byte[] info, byte[] aad, byte[] ciphertext) {
        return Hpke.open(SUITE, engine -> pair, enc, info, aad, ciphertext);
    }

    /** Shows nothing of the private half. */
    @Override
    public String toString() {
        return "SealingPair[public=" + publicKey + "]";
    }
}
