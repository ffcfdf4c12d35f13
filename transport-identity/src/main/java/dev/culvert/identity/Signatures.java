package dev.culvert.identity;

import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** Verifies Ed25519 signatures (RFC 8032) that came from anywhere. Stateless, for any thread. */
public final class Signatures {
    /** Bytes of a signature. */
    public static final int LENGTH = Ed25519.SIGNATURE_SIZE;

    private Signatures() {}

    /**
     * Whether the signature is that of the holder of the key over exactly this message. Never throws for what came
     * from outside: a key or signature of the wrong length or form is simply not valid.
     */
    public static boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
        if (publicKey.length != Ed25519.PUBLIC_KEY_SIZE || signature.length != LENGTH) {
            return false;
        }
        return Ed25519.verify(signature, 0, publicKey, 0, message, 0, message.length);
    }
}
