package dev.culvert.identity;

import dev.culvert.transport.PeerId;
import java.util.function.Function;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.hpke.HPKEContextWithEncapsulation;

/**
 * Seals bytes to one recipient (HPKE, RFC 9180, mode base, one message for each encapsulated key). It hides what is
 * inside and says nothing about who sealed it: the sender's signature belongs inside. Stateless, for any thread.
 */
public final class Hpke {
    private static final String CAN_NOT_OPEN = "The sealed bytes do not open with this identity; drop them";

    private Hpke() {}

    /**
     * Sealed bytes. The arrays are handed over, not shared.
     *
     * @param enc the encapsulated key, {@link HpkeSuite#encLength} bytes
     * @param ciphertext the plaintext's length and {@link HpkeSuite#tagLength} bytes more
     */
    public record Sealed(byte[] enc, byte[] ciphertext) {}

    /**
     * Seals to the recipient's X25519 key.
     *
     * @param suite one for X25519 keys
     * @param info what the key is bound to; the recipient needs the same
     * @param aad what is authenticated beside the plaintext; the recipient needs the same
     * @throws InvalidKeyExchangeException if the recipient's key is a low-order point
     * @throws IllegalArgumentException if the suite is for other keys
     */
    public static Sealed seal(HpkeSuite suite, PeerId recipient, byte[] info, byte[] aad, byte[] plaintext) {
        if (suite != HpkeSuite.X25519_CHACHA20POLY1305) {
            throw new IllegalArgumentException("A peer id has no key for " + suite + "; seal to a SealingKey");
        }
        byte[] recipientKey = recipient.agreementKey();
        try {
            return seal(suite, recipientKey, info, aad, plaintext);
        } catch (IllegalStateException e) {
            // The agreement inside was all zero. Looking before would take another one, a third of the time of sealing.
            KeyAgreement.refuseLowOrder(recipientKey);
            throw e;
        }
    }

    /**
     * Seals to the recipient's X-Wing key, with {@link HpkeSuite#X_WING_CHACHA20POLY1305}.
     *
     * @param info what the key is bound to; the recipient needs the same
     * @param aad what is authenticated beside the plaintext; the recipient needs the same
     */
    public static Sealed seal(SealingKey recipient, byte[] info, byte[] aad, byte[] plaintext) {
        return seal(HpkeSuite.X_WING_CHACHA20POLY1305, recipient.toBytes(), info, aad, plaintext);
    }

    private static Sealed seal(HpkeSuite suite, byte[] recipientKey, byte[] info, byte[] aad, byte[] plaintext) {
        HPKE engine = suite.engine();
        try {
            HPKEContextWithEncapsulation context = engine.setupBaseS(engine.deserializePublicKey(recipientKey), info);
            return new Sealed(context.getEncapsulation(), context.seal(aad, plaintext));
        } catch (InvalidCipherTextException e) {
            throw new IllegalStateException("Encryption failed, which no input can cause", e);
        }
    }

    /** Opens with an X25519 private key; whatever is wrong with the sealed bytes, it is the one exception. */
    static byte[] open(
            HpkeSuite suite,
            byte[] privateKey,
            byte[] publicKey,
            byte[] enc,
            byte[] info,
            byte[] aad,
            byte[] ciphertext) {
        return open(suite, engine -> engine.deserializePrivateKey(privateKey, publicKey), enc, info, aad, ciphertext);
    }

    /** The same with a key pair in the library's form. */
    @SuppressWarnings("UnusedException") // the cause could tell a wrong key from a changed ciphertext
    static byte[] open(
            HpkeSuite suite,
            Function<HPKE, AsymmetricCipherKeyPair> pair,
            byte[] enc,
            byte[] info,
            byte[] aad,
            byte[] ciphertext) {
        if (enc.length != suite.encLength() || ciphertext.length < suite.tagLength()) {
            throw new OpenFailedException(CAN_NOT_OPEN);
        }
        HPKE engine = suite.engine();
        try {
            return engine.setupBaseR(enc, pair.apply(engine), info).open(aad, ciphertext);
        } catch (InvalidCipherTextException | IllegalStateException | IllegalArgumentException e) {
            // The unchecked ones: an encapsulated key that is, or has in it, a low-order point.
            throw new OpenFailedException(CAN_NOT_OPEN);
        }
    }
}
