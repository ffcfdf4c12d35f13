package dev.culvert.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** RFC 9180 appendix A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base, sequence number 0. */
class HpkeVectorTest {
    private static final byte[] INFO = Hex.bytes("4f6465206f6e2061204772656369616e2055726e");
    private static final byte[] RECIPIENT_PRIVATE =
            Hex.bytes("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb");
    private static final byte[] RECIPIENT_PUBLIC =
            Hex.bytes("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a");
    private static final byte[] ENC = Hex.bytes("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a");
    private static final byte[] AAD = Hex.bytes("436f756e742d30");
    private static final byte[] PLAINTEXT = Hex.bytes("4265617574792069732074727574682c20747275746820626561757479");
    private static final byte[] CIPHERTEXT =
            Hex.bytes("1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28");

    private static byte[] open(byte[] enc, byte[] info, byte[] aad, byte[] ciphertext) {
        return Hpke.open(
                HpkeSuite.X25519_CHACHA20POLY1305, RECIPIENT_PRIVATE, RECIPIENT_PUBLIC, enc, info, aad, ciphertext);
    }

    @Test
    void shouldOpenThePublishedCiphertext() {
        assertArrayEquals(RECIPIENT_PUBLIC, KeyAgreement.publicKey(RECIPIENT_PRIVATE));
        assertArrayEquals(PLAINTEXT, open(ENC, INFO, AAD, CIPHERTEXT));
    }

    @Test
    void shouldNotOpenItWithAnotherInfoOrAad() {
        assertThrows(OpenFailedException.class, () -> open(ENC, AAD, AAD, CIPHERTEXT));
        assertThrows(OpenFailedException.class, () -> open(ENC, INFO, INFO, CIPHERTEXT));
    }

    @Test
    void shouldNotOpenThePublishedCiphertextOfSequenceNumberOne() {
        byte[] second =
                Hex.bytes("6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e85285337cc95ba5f59992dc98c");
        byte[] secondAad = Hex.bytes("436f756e742d31");

        assertThrows(OpenFailedException.class, () -> open(ENC, INFO, secondAad, second));
    }

    @Test
    void shouldHaveTheLengthsOfTheRfc() {
        HpkeSuite suite = HpkeSuite.X25519_CHACHA20POLY1305;

        assertEquals(ENC.length, suite.encLength());
        assertEquals(CIPHERTEXT.length - PLAINTEXT.length, suite.tagLength());
    }
}
