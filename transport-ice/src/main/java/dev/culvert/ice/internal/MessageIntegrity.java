package dev.culvert.ice.internal;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The digest that shows who made a STUN message: HMAC-SHA1 with the short-term key (RFC 8489 section 14.5). */
final class MessageIntegrity {
    /** Bytes of the digest, which is the attribute's value. */
    static final int LENGTH = 20;

    private static final String ALGORITHM = "HmacSHA1";

    private MessageIntegrity() {}

    /**
     * The digest of a message up to its MESSAGE-INTEGRITY, which begins at {@code at}. The length in the header need not
     * fit: while the digest is made, it counts up to and including MESSAGE-INTEGRITY.
     */
    static byte[] of(byte[] message, int at, byte[] key) {
        try {
            Mac mac = mac();
            mac.init(new SecretKeySpec(key, ALGORITHM));
            int counted = at + StunClassifier.ATTRIBUTE_HEAD + LENGTH - StunClassifier.HEADER_BYTES;
            mac.update(message, 0, 2);
            mac.update((byte) (counted >> 8));
            mac.update((byte) counted);
            mac.update(message, 4, at - 4);
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java runtime has " + ALGORITHM, e);
        }
    }

    private static Mac mac() throws GeneralSecurityException {
        return Mac.getInstance(ALGORITHM);
    }

    /** Loads the cryptography now, so that the first message needs not wait for it. */
    static void load() {
        of(new byte[StunClassifier.HEADER_BYTES], StunClassifier.HEADER_BYTES, new byte[1]);
    }
}
