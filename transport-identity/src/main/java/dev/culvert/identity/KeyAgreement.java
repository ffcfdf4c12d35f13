package dev.culvert.identity;

import dev.culvert.transport.PeerId;
import org.bouncycastle.math.ec.rfc7748.X25519;

/** X25519 (RFC 7748) on bare bytes, with the check that the RFC leaves to the protocol. Stateless. */
final class KeyAgreement {
    private KeyAgreement() {}

    static byte[] publicKey(byte[] privateKey) {
        byte[] out = new byte[PeerId.KEY_LENGTH];
        X25519.scalarMultBase(privateKey, 0, out, 0);
        return out;
    }

    /**
     * What the two key pairs share, raw: goes through a KDF before it is a key.
     *
     * @throws InvalidKeyExchangeException when the result is all zero, as with every low-order public key (RFC 7748
     *     section 6.1)
     */
    static byte[] agree(byte[] privateKey, byte[] otherPublicKey) {
        if (otherPublicKey.length != PeerId.KEY_LENGTH) {
            throw new InvalidKeyExchangeException("An X25519 public key has " + PeerId.KEY_LENGTH + " bytes, not "
                    + otherPublicKey.length + "; drop what carried it");
        }
        byte[] out = new byte[PeerId.KEY_LENGTH];
        if (!X25519.calculateAgreement(privateKey, 0, otherPublicKey, 0, out, 0)) {
            throw new InvalidKeyExchangeException(
                    "The other side's X25519 public key is a low-order point and would make a known secret; drop it");
        }
        return out;
    }

    /**
     * Throws for a public key whose agreement with any private key is all zero. A clamped private key is a multiple of
     * the cofactor 8, so agreeing with any one of them tells.
     */
    static void refuseLowOrder(byte[] publicKey) {
        agree(new byte[PeerId.KEY_LENGTH], publicKey);
    }
}
