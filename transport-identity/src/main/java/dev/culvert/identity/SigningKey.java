package dev.culvert.identity;

import dev.culvert.transport.PeerId;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * An Ed25519 private key with its public half (RFC 8032). Immutable until closed, safe to share between threads.
 * Closing wipes the private half as far as a JVM can; signing afterwards throws {@link IllegalStateException}.
 */
public final class SigningKey implements AutoCloseable {
    /** Bytes of the private key, the seed of RFC 8032. */
    public static final int SEED_LENGTH = Ed25519.SECRET_KEY_SIZE;

    private final SecretBytes seed;
    private final byte[] publicKey;

    private SigningKey(byte[] seed) {
        this.publicKey = new byte[PeerId.KEY_LENGTH];
        Ed25519.generatePublicKey(seed, 0, publicKey, 0);
        this.seed = new SecretBytes("signing key", seed);
    }

    /** A new key from the given source of randomness. */
    public static SigningKey generate(SecureRandom random) {
        byte[] seed = new byte[SEED_LENGTH];
        random.nextBytes(seed);
        return new SigningKey(seed);
    }

    /**
     * The key that belongs to a seed: the same seed always gives the same key.
     *
     * @param seed exactly {@link #SEED_LENGTH} bytes, copied
     * @throws IllegalArgumentException if the length differs
     */
    public static SigningKey fromSeed(byte[] seed) {
        if (seed.length != SEED_LENGTH) {
            throw new IllegalArgumentException("An Ed25519 seed has " + SEED_LENGTH + " bytes, not " + seed.length);
        }
        return new SigningKey(seed.clone());
    }

    /** A copy of the 32 bytes of the public key; there after closing, too. */
    public byte[] publicKey() {
        return publicKey.clone();
    }

    /**
     * A copy of the private seed, for storing and for engines that sign themselves. Wipe it after use.
     *
     * @throws IllegalStateException once closed
     */
    public byte[] seed() {
        return seed.copy();
    }

    /**
     * Signs the message as it is (pure Ed25519, no prehash, no context).
     *
     * @return {@link Signatures#LENGTH} bytes
     * @throws IllegalStateException once closed
     */
    public byte[] sign(byte[] message) {
        byte[] secret = seed.copy();
        try {
            byte[] signature = new byte[Signatures.LENGTH];
            // Our own public key is handed in, which saves deriving it again; it can not be exchanged from outside.
            Ed25519.sign(secret, 0, publicKey, 0, message, 0, message.length, signature, 0);
            return signature;
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** Wipes the private half. Idempotent. */
    @Override
    public void close() {
        seed.wipe();
    }

    /** Names the public key only. */
    @Override
    public String toString() {
        return "SigningKey[public=" + HexFormat.of().formatHex(publicKey) + "]";
    }
}
