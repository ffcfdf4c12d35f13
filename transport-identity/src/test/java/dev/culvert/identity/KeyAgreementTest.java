package dev.culvert.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** X25519 against RFC 7748 sections 5.2 and 6.1. */
class KeyAgreementTest {
    @Test
    void shouldMultiplyAsInSection52() {
        assertEquals(
                "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
                Hex.text(KeyAgreement.agree(
                        Hex.bytes("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                        Hex.bytes("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"))));
        assertEquals(
                "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
                Hex.text(KeyAgreement.agree(
                        Hex.bytes("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
                        Hex.bytes("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"))));
    }

    @Test
    void shouldReachTheResultOfAThousandIterations() {
        byte[] k = Hex.bytes("0900000000000000000000000000000000000000000000000000000000000000");
        byte[] u = k;
        for (int i = 0; i < 1000; i++) {
            byte[] next = KeyAgreement.agree(k, u);
            u = k;
            k = next;
        }

        assertEquals("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51", Hex.text(k));
    }

    @Test
    void shouldAgreeAsInSection61() {
        byte[] alice = Hex.bytes("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        byte[] bob = Hex.bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        byte[] alicePublic = Hex.bytes("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
        byte[] bobPublic = Hex.bytes("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
        byte[] shared = Hex.bytes("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");

        assertArrayEquals(alicePublic, KeyAgreement.publicKey(alice));
        assertArrayEquals(bobPublic, KeyAgreement.publicKey(bob));
        assertArrayEquals(shared, KeyAgreement.agree(alice, bobPublic));
        assertArrayEquals(shared, KeyAgreement.agree(bob, alicePublic));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 33, 64})
    void shouldRefuseAPublicKeyOfAnotherLength(int length) {
        assertThrows(InvalidKeyExchangeException.class, () -> KeyAgreement.agree(new byte[32], new byte[length]));
    }
}
