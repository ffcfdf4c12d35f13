package dev.culvert.identity;

import dev.culvert.transport.PeerId;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An X25519 key pair for one session, then forgotten: what the session carried stays secret even when the identities'
 * keys are lost later. Safe to share between threads. Closing wipes the private half as far as a JVM can; agreeing
 * afterwards throws {@link IllegalStateException}.
 */
public final class EphemeralKey implements AutoCloseable {
    private final SecretBytes privateKey;
    private final byte[] publicKey;

    private EphemeralKey(byte[] privateKey) {
        this.publicKey = KeyAgreement.publicKey(privateKey);
        this.privateKey = new SecretBytes("ephemeral key", privateKey);
    }

    /** A new pair from the given source of randomness. */
    public static EphemeralKey generate(SecureRandom random) {
        byte[] privateKey = new byte[PeerId.KEY_LENGTH];
        random.nextBytes(privateKey);
        return new EphemeralKey(privateKey);
    }

    /** A copy of the 32 bytes of the public key; there after closing, too. */
    public byte[] publicKey() {
        return publicKey.clone();
    }

    /**
     * What this pair and the other share: 32 bytes that go through {@link PairSecret#derive} before they are a key.
     *
     * @throws InvalidKeyExchangeException if the other key is a low-order point or has not 32 bytes
     * @throws IllegalStateException once closed
     */
    public byte[] agree(byte[] otherPublicKey) {
        byte[] secret = privateKey.copy();
        try {
            return KeyAgreement.agree(secret, otherPublicKey);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** Wipes the private half. Idempotent. */
    @Override
    public void close() {
        privateKey.wipe();
    }

    /** Names the public key only. */
    @Override
    public String toString() {
        return "EphemeralKey[public=" + HexFormat.of().formatHex(publicKey) + "]";
    }
}
