package dev.culvert.identity;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.culvert.transport.PeerId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LowOrderKeysTest {
    private final Identity identity = Identity.generate(new SeededRandom(2));

    private static PeerId peerWith(byte[] agreementKey) {
        byte[] bytes = Identity.generate(new SeededRandom(3)).peerId().toBytes();
        System.arraycopy(agreementKey, 0, bytes, PeerId.KEY_LENGTH, PeerId.KEY_LENGTH);
        return PeerId.of(bytes);
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.identity.LowOrderPoints#all")
    void shouldBeRefusedForAPairSecret(byte[] point) {
        PeerId peer = peerWith(point);

        assertThrows(InvalidKeyExchangeException.class, () -> identity.pairSecret(peer));
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.identity.LowOrderPoints#all")
    void shouldBeRefusedByAnEphemeralKey(byte[] point) {
        try (EphemeralKey key = EphemeralKey.generate(new SeededRandom(4))) {
            assertThrows(InvalidKeyExchangeException.class, () -> key.agree(point));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.identity.LowOrderPoints#all")
    void shouldBeRefusedAsARecipient(byte[] point) {
        PeerId peer = peerWith(point);
        byte[] none = {};

        assertThrows(
                InvalidKeyExchangeException.class,
                () -> Hpke.seal(HpkeSuite.X25519_CHACHA20POLY1305, peer, none, none, none));
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.identity.LowOrderPoints#all")
    void shouldNotOpenAsAnEncapsulatedKey(byte[] point) {
        byte[] none = {};

        assertThrows(
                OpenFailedException.class,
                () -> identity.open(HpkeSuite.X25519_CHACHA20POLY1305, point, none, none, new byte[40]));
    }
}
