package dev.culvert.identity;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One direction of an authenticated session: ChaCha20-Poly1305 (RFC 8439) whose nonce is the packet's counter, 4 zero
 * bytes and then 8 bytes big-endian. One thread at a time. Lives as long as its key; a counter is used to seal once in
 * that life, and it is the caller who sees to that.
 */
public final class SessionCipher {
    /** Bytes of a key. */
    public static final int KEY_LENGTH = 32;

    /** Bytes that the ciphertext is longer than the plaintext. */
    public static final int TAG_LENGTH = 16;

    private static final String ALGORITHM = "ChaCha20-Poly1305";
    private static final int NONCE_LENGTH = 12;
    private static final int COUNTER_AT = NONCE_LENGTH - Long.BYTES;

    // Two engines, because each remembers its own last nonce and refuses to see it again.
    private final Cipher sealing;
    private final Cipher opening;
    private final SecretKeySpec key;
    private final ByteBuffer nonce = ByteBuffer.allocate(NONCE_LENGTH);

    private boolean hasSealed;
    private long lastSealed;
    private boolean hasOpened;
    private long lastOpened;

    private SessionCipher(SecretKeySpec key, Cipher sealing, Cipher opening) {
        this.key = key;
        this.sealing = sealing;
        this.opening = opening;
    }

    /**
     * A cipher for one key.
     *
     * @param key32 exactly {@link #KEY_LENGTH} bytes, copied
     * @throws IllegalArgumentException if the length differs
     */
    public static SessionCipher of(byte[] key32) {
        if (key32.length != KEY_LENGTH) {
            throw new IllegalArgumentException("A session key has " + KEY_LENGTH + " bytes, not " + key32.length);
        }
        try {
            return new SessionCipher(
                    new SecretKeySpec(key32, ALGORITHM), Cipher.getInstance(ALGORITHM), Cipher.getInstance(ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "This Java runtime has no " + ALGORITHM + ", which Java 11 and later have", e);
        }
    }

    /**
     * Writes the ciphertext and its tag. All three buffers advance over what was read and written; aad may be empty, out
     * must not overlap the plaintext.
     *
     * @return the bytes written: the plaintext's and {@link #TAG_LENGTH} more
     * @throws IllegalArgumentException if out has no room for them; the counter is still unused
     * @throws IllegalStateException if the counter is that of the call before: a nonce used twice would give the key's
     *     secrets away
     */
    public int seal(long counter, ByteBuffer aad, ByteBuffer plaintext, ByteBuffer out) {
        requireRoom(out, plaintext.remaining() + TAG_LENGTH);
        if (hasSealed && counter == lastSealed) {
            throw new IllegalStateException("Counter " + counter + " has sealed a packet already; count on");
        }
        try {
            init(sealing, Cipher.ENCRYPT_MODE, 0, counter);
            hasSealed = true;
            lastSealed = counter;
            authenticate(sealing, aad);
            return sealing.doFinal(plaintext, out);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Sealing failed, which no input can cause", e);
        }
    }

    /**
     * Writes the plaintext if the ciphertext is authentic. Aad and ciphertext are consumed either way; out is untouched
     * when it is not. The same counter may be opened again and again: telling repeated packets is the caller's.
     *
     * @return the bytes written, or -1 when it does not authenticate
     * @throws IllegalArgumentException if out has no room for the plaintext; nothing was consumed
     */
    public int open(long counter, ByteBuffer aad, ByteBuffer ciphertext, ByteBuffer out) {
        int length = ciphertext.remaining() - TAG_LENGTH;
        if (length < 0) {
            consume(aad, ciphertext);
            return -1;
        }
        requireRoom(out, length);
        int start = out.position();
        try {
            forgetLast(counter);
            init(opening, Cipher.DECRYPT_MODE, 0, counter);
            authenticate(opening, aad);
            return opening.doFinal(ciphertext, out);
        } catch (AEADBadTagException e) {
            consume(aad, ciphertext);
            out.position(start);
            return -1;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Opening failed, which no input can cause", e);
        }
    }

    /**
     * The JDK's engine refuses the key and nonce it had last, for opening as well, so a repeated or forged packet would
     * block the genuine one. Another nonce in between, which no counter gives, lets it forget.
     */
    private void forgetLast(long counter) throws InvalidKeyException, InvalidAlgorithmParameterException {
        if (hasOpened && counter == lastOpened) {
            init(opening, Cipher.DECRYPT_MODE, -1, counter);
        }
        hasOpened = true;
        lastOpened = counter;
    }

    private void init(Cipher engine, int mode, int prefix, long counter)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        nonce.putInt(0, prefix).putLong(COUNTER_AT, counter);
        engine.init(mode, key, new IvParameterSpec(nonce.array()));
    }

    /**
     * Hands the aad over as an array. Given as a big-endian buffer of 16 bytes or more, JDK 17 (seen in 17.0.15, no
     * longer in 25) authenticates its words byte-reversed: a tag that only the same JDK verifies.
     */
    private static void authenticate(Cipher engine, ByteBuffer aad) {
        int length = aad.remaining();
        if (aad.hasArray()) {
            engine.updateAAD(aad.array(), aad.arrayOffset() + aad.position(), length);
            aad.position(aad.limit());
        } else {
            byte[] copy = new byte[length];
            aad.get(copy);
            engine.updateAAD(copy, 0, length);
        }
    }

    private static void requireRoom(ByteBuffer out, int required) {
        if (out.remaining() < required) {
            throw new IllegalArgumentException(
                    "The output needs room for " + required + " bytes and has " + out.remaining());
        }
    }

    private static void consume(ByteBuffer aad, ByteBuffer input) {
        aad.position(aad.limit());
        input.position(input.limit());
    }
}
