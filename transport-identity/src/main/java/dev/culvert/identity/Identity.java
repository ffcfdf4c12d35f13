package dev.culvert.identity;

import dev.culvert.transport.PeerId;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A peer's own long-term keys: an Ed25519 pair that signs and an X25519 pair that agrees and opens; and an X-Wing pair
 * that follows from the two and opens what is sealed against quantum computers. Immutable until closed, safe to share
 * between threads. Closing wipes the private halves as far as a JVM can; using them afterwards throws
 * {@link IllegalStateException}.
 */
public final class Identity implements AutoCloseable {
    private final SigningKey signingKey;
    private final SecretBytes agreementKey;
    private final PeerId peerId;
    private final Object sealingLock = new Object();
    private @Nullable SealingPair sealingPair; // guarded by sealingLock; made when it is first needed

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

    /**
     * The identity in a file that {@link #save} or {@link #loadOrCreate} wrote.
     *
     * @throws IdentityFileException if the file is missing, unreadable or malformed; it is left untouched
     */
    public static Identity load(Path file) {
        byte[] keys = IdentityFile.read(file);
        try {
            return new Identity(
                    SigningKey.fromSeed(Arrays.copyOf(keys, SigningKey.SEED_LENGTH)),
                    Arrays.copyOfRange(keys, SigningKey.SEED_LENGTH, keys.length));
        } finally {
            Arrays.fill(keys, (byte) 0);
        }
    }

    /**
     * The identity in the file, or a new one that is written there when nothing is. When two processes begin at once,
     * both get the identity of the one that was first. Missing folders are made, for the owner only.
     *
     * @throws IdentityFileException if something is there that is not an identity, or nothing can be written
     */
    public static Identity loadOrCreate(Path file) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return load(file);
        }
        Identity fresh = generate();
        if (fresh.stored(keys -> IdentityFile.create(file, keys))) {
            return fresh;
        }
        fresh.close();
        return load(file);
    }

    /**
     * Writes the private keys to a file that only its owner may read (where the file system knows owners), in the place
     * of what is there. The file appears whole or not at all.
     *
     * @throws IdentityFileException if it can not be written; what was there is left untouched
     * @throws IllegalStateException once closed
     */
    public void save(Path file) {
        stored(keys -> {
            IdentityFile.replace(file, keys);
            return true;
        });
    }

    private boolean stored(Predicate<byte[]> writer) {
        byte[] seed = signingKey.seed();
        byte[] agreement = agreementKey.copy();
        byte[] keys = Arrays.copyOf(seed, IdentityFile.KEYS_LENGTH);
        System.arraycopy(agreement, 0, keys, seed.length, agreement.length);
        try {
            return writer.test(keys);
        } finally {
            Arrays.fill(seed, (byte) 0);
            Arrays.fill(agreement, (byte) 0);
            Arrays.fill(keys, (byte) 0);
        }
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
     * The signing pair as TLS wants it. Made anew with each call; it stays usable when the identity is closed.
     *
     * @throws IllegalStateException once closed
     */
    public TlsCredentials tlsCredentials() {
        return TlsCredentials.of(signingKey);
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

    /**
     * The public half of this identity's X-Wing pair, always the same one. The first call makes the pair, which takes less
     * than a millisecond.
     *
     * @throws IllegalStateException once closed
     */
    public SealingKey sealingKey() {
        return sealingPair().publicKey();
    }

    private SealingPair sealingPair() {
        synchronized (sealingLock) {
            if (sealingPair == null) {
                byte[] agreement = agreementKey.copy();
                byte[] seed = {};
                try {
                    seed = signingKey.seed();
                    sealingPair = SealingPair.derive(seed, agreement);
                } finally {
                    Arrays.fill(seed, (byte) 0);
                    Arrays.fill(agreement, (byte) 0);
                }
            }
            return sealingPair;
        }
    }

    /**
     * Opens what {@link Hpke} sealed to this identity, with whichever suite.
     *
     * @param enc the encapsulated key
     * @param info as it was sealed with
     * @param aad as it was sealed with
     * @throws OpenFailedException for a wrong key, changed or truncated bytes, other info or aad: always this one
     * @throws IllegalStateException once closed
     */
    public byte[] open(HpkeSuite suite, byte[] enc, byte[] info, byte[] aad, byte[] ciphertext)
            throws OpenFailedException {
        if (suite == HpkeSuite.X_WING_CHACHA20POLY1305) {
            return sealingPair().open(enc, info, aad, ciphertext);
        }
        byte[] secret = agreementKey.copy();
        try {
            return Hpke.open(suite, secret, peerId.agreementKey(), enc, info, aad, ciphertext);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** Wipes the private halves. Idempotent. */
    @Override
    public void close() {
        signingKey.close();
        agreementKey.wipe();
        synchronized (sealingLock) {
            sealingPair = null;
        }
    }

    /** Names the public half only. */
    @Override
    public String toString() {
        return "Identity[" + peerId + "]";
    }
}
