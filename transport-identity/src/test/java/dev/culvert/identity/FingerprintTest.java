package dev.culvert.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.PeerId;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;

class FingerprintTest {
    private static final PeerId PEER = Identity.generate(new SeededRandom(1)).peerId();

    @Test
    void shouldBeTheLowerCaseHexOfTheDigest() throws GeneralSecurityException {
        String fingerprint = Fingerprint.of(PEER);

        assertTrue(fingerprint.matches("[0-9a-f]{128}"), fingerprint);
        assertEquals(Hex.text(MessageDigest.getInstance("SHA3-512").digest(PEER.toBytes())), fingerprint);
        assertEquals(Fingerprint.LENGTH, fingerprint.length());
    }

    @Test
    void shouldDifferWhenEitherKeyDiffers() {
        byte[] otherSigning = PEER.toBytes();
        otherSigning[0] ^= 1;
        byte[] otherAgreement = PEER.toBytes();
        otherAgreement[63] ^= 1;

        assertNotEquals(Fingerprint.of(PEER), Fingerprint.of(PeerId.of(otherSigning)));
        assertNotEquals(Fingerprint.of(PEER), Fingerprint.of(PeerId.of(otherAgreement)));
    }
}
