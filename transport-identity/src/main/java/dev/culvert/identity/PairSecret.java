package dev.culvert.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.transport.PeerId;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What two identities share and nobody else knows: X25519 of their long-term keys, through HKDF. Both sides make the
 * same one, whoever begins. Immutable, safe to share between threads, lives as long as its holder keeps it.
 */
public final class PairSecret {
    private static final byte[] SALT = "culvert1 pair".getBytes(UTF_8);
    private static final byte[] NO_SALT = new byte[0];
    private static final byte[] WRITER = "writer".getBytes(UTF_8);
    private static final byte[] DERIVE = "derive".getBytes(UTF_8);
    private static final int LENGTH = 32;
    private static final int MAX_LABEL = 255;

    private final byte[] secret;

    private PairSecret(byte[] secret) {
        this.secret = secret;
    }

    /**
     * The secret of two peers from their raw agreement. Both whole peer ids go in, the smaller first, so that two peers
     * that show the same X25519 key under different Ed25519 keys do not share a secret.
     */
    static PairSecret of(byte[] agreement, PeerId one, PeerId other) {
        boolean inOrder = one.compareTo(other) <= 0;
        byte[] info = Hkdf.info((inOrder ? one : other).toBytes(), (inOrder ? other : one).toBytes());
        return new PairSecret(Hkdf.derive(SALT, agreement, info, LENGTH));
    }

    /**
     * The DHT key of one slot of this pair: SHA3-512 over the secret (32 bytes), the length of the label in UTF-8 (1
     * byte), the label, {@code from} (64 bytes), {@code to} (64 bytes) and {@code n} (8 bytes, big-endian). With its
     * length in front the label can not run into what follows, all else has a fixed length: no two inputs coincide.
     *
     * @param label what the slot is for, 1 to 255 bytes of UTF-8
     * @param n a day, a message index, whatever the label counts
     * @return {@link Sha3#DIGEST_LENGTH} bytes
     * @throws IllegalArgumentException if the label is empty or too long
     */
    public byte[] slotKey(String label, PeerId from, PeerId to, long n) {
        byte[] name = label.getBytes(UTF_8);
        if (name.length == 0 || name.length > MAX_LABEL) {
            throw new IllegalArgumentException(
                    "A slot label has 1 to " + MAX_LABEL + " bytes of UTF-8, not " + name.length);
        }
        byte[] index = ByteBuffer.allocate(Long.BYTES).putLong(n).array();
        return Sha3.sha3_512(secret, new byte[] {(byte) name.length}, name, from.toBytes(), to.toBytes(), index);
    }

    /**
     * The key pair that writes one slot, and only that: nobody outside the pair can link it to an identity or to
     * another slot. Both sides can make it, so whoever opens a record still checks the identity's signature inside.
     *
     * @param slotKey as {@link #slotKey} made it
     * @throws IllegalArgumentException if it has not {@link Sha3#DIGEST_LENGTH} bytes
     */
    public SigningKey writer(byte[] slotKey) {
        if (slotKey.length != Sha3.DIGEST_LENGTH) {
            throw new IllegalArgumentException(
                    "A slot key has " + Sha3.DIGEST_LENGTH + " bytes, not " + slotKey.length);
        }
        byte[] seed = Hkdf.derive(NO_SALT, secret, Hkdf.info(WRITER, slotKey), SigningKey.SEED_LENGTH);
        try {
            return SigningKey.fromSeed(seed);
        } finally {
            Arrays.fill(seed, (byte) 0);
        }
    }

    /**
     * Key material for a purpose, by HKDF-SHA-512. The purpose and each part of the context go in with their lengths in
     * front: different parts never give the same bytes, and no purpose gives what {@link #writer} uses.
     *
     * @param purpose what the bytes are for
     * @param length 1 to 16320 bytes
     * @param context what the bytes are bound to, such as both sides' ephemeral keys and their agreement
     * @throws IllegalArgumentException if the length is out of range
     */
    public byte[] derive(String purpose, int length, byte[]... context) {
        if (length < 1 || length > Hkdf.MAX_LENGTH) {
            throw new IllegalArgumentException("HKDF gives 1 to " + Hkdf.MAX_LENGTH + " bytes, not " + length);
        }
        return Hkdf.derive(NO_SALT, secret, Hkdf.info(DERIVE, purpose.getBytes(UTF_8), context), length);
    }

    /** Shows nothing of the secret. */
    @Override
    public String toString() {
        return "PairSecret";
    }
}
