package dev.culvert.identity;

import dev.culvert.transport.PeerId;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * A peer's own long-term keys: an Ed25519 pair that signs and an X25519 pair that agrees and opens. Immutable until
 * closed, safe to share between threads. Closing wipes the private halves as far as a JVM can; using them afterwards
 * throws {@link IllegalStateException}.
 */
public final class Identity implements AutoCloseable {
    private final SigningKey signingKey;
    private final SecretBytes agreementKey;
    private final PeerId peerId;

    private Identity(SigningKey signingKey, byte[] agreementKey) {
        byte[] publicKeys = Arrays.copyOf(signingKey.publicKey(), PeerId.LENGTH);
        System.arraycopy(
                KeyAgreement.publicKey(agreementKey),
                0,
                publicKeys,
                PeerId.KEY_LENGTH,
                PeerId.LENGTH - PeerId.KEY_LENGTH);
        this.peerId = PeerId.of(publicKeys);
        this.signingKey = signingKey;
        this.agreementKey = new SecretBytes("identity", agreementKey);
    }

    /** A new identity from the platform's strongest default randomness. */
    public static Identity generate() {
        return generate(new SecureRandom());
    }

    /** A new identity from the given source of randomness. */
    public static Identity generate(SecureRandom random) {
        SigningKey signingKey = SigningKey.generate(random);
        byte[] agreementKey = new byte[PeerId.KEY_LENGTH];
        random.nextBytes(agreementKey);
        return new Identity(signingKey, agreementKey);
    }

    /** The public half; there after closing, too. */
    public PeerId peerId() {
        return peerId;
    }

    /** The pair that signs for this identity. It is closed with the identity; do not close it alone. */
    public SigningKey signingKey() {
        return signingKey;
    }

    /**
     * What this identity and the other share; the other makes the same from its side.
     *
     * @throws InvalidKeyExchangeException if the other's key is a low-order point
     * @throws IllegalStateException once closed
     */
    public PairSecret pairSecret(PeerId other) {
        byte[] secret = agreementKey.copy();
        byte[] agreement = {};
        try {
            agreement = KeyAgreement.agree(secret, other.agreementKey());
            return PairSecret.of(agreement, peerId, other);
        } finally {
            Arrays.fill(secret, (byte) 0);
            Arrays.fill(agreement, (byte) 0);
        }
    }

    /** Wipes the private halves. Idempotent. */
    @Override
    public void close() {
        signingKey.close();
        agreementKey.wipe();
    }

    /** Names the public half only. */
    @Override
    public String toString() {
        return "Identity[" + peerId + "]";
    }
}
