package dev.culvert.identity;

import dev.culvert.transport.PeerId;
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
     * @param info what the key is bound to; the recipient needs the same
     * @param aad what is authenticated beside the plaintext; the recipient needs the same
     * @throws InvalidKeyExchangeException if the recipient's key is a low-order point
     */
    public static Sealed seal(HpkeSuite suite, PeerId recipient, byte[] info, byte[] aad, byte[] plaintext) {
        byte[] recipientKey = recipient.agreementKey();
        HPKE engine = suite.engine();
        try {
            HPKEContextWithEncapsulation context = setUp(engine, recipientKey, info);
            return new Sealed(context.getEncapsulation(), context.seal(aad, plaintext));
        } catch (InvalidCipherTextException e) {
            throw new IllegalStateException("Encryption failed, which no input can cause", e);
        }
    }

    private static HPKEContextWithEncapsulation setUp(HPKE engine, byte[] recipientKey, byte[] info) {
        try {
            return engine.setupBaseS(engine.deserializePublicKey(recipientKey), info);
        } catch (IllegalStateException e) {
            // The agreement inside was all zero. Looking before would take another one, a third of the time of sealing.
            KeyAgreement.refuseLowOrder(recipientKey);
            throw e;
        }
    }

    /** Opens with a private key; whatever is wrong with the sealed bytes, it is the one exception. */
    @SuppressWarnings("UnusedException") // the cause could tell a wrong key from a changed ciphertext
    static byte[] open(
            HpkeSuite suite,
            byte[] privateKey,
            byte[] publicKey,
            byte[] enc,
            byte[] info,
            byte[] aad,
            byte[] ciphertext) {
        if (enc.length != suite.encLength() || ciphertext.length < suite.tagLength()) {
            throw new OpenFailedException(CAN_NOT_OPEN);
        }
        HPKE engine = suite.engine();
        try {
            return engine.setupBaseR(enc, engine.deserializePrivateKey(privateKey, publicKey), info)
                    .open(aad, ciphertext);
        } catch (InvalidCipherTextException | IllegalStateException | IllegalArgumentException e) {
            // The unchecked ones: an encapsulated key that is a low-order point.
            throw new OpenFailedException(CAN_NOT_OPEN);
        }
    }
}
