package dev.culvert.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.PeerId;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Both forms are the identity's own key, as an implementation that is not ours sees it. */
class TlsCredentialsTest {
    private final Identity self = Identity.generate();
    private final TlsCredentials credentials = self.tlsCredentials();

    @Test
    void shouldMakeACertificateThatTheJdkTakesForSelfSigned() throws Exception {
        X509Certificate certificate = credentials.certificate();
        certificate.verify(certificate.getPublicKey());
        certificate.checkValidity();
        assertEquals(3, certificate.getVersion());
        byte[] encoded = certificate.getPublicKey().getEncoded();
        assertArrayEquals(
                self.signingKey().publicKey(),
                Arrays.copyOfRange(encoded, encoded.length - PeerId.KEY_LENGTH, encoded.length));
    }

    @Test
    void shouldMakeAPrivateKeyWhoseSignaturesAreTheIdentitys() throws Exception {
        byte[] message = {1, 2, 3};
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(credentials.privateKey());
        signature.update(message);
        assertArrayEquals(self.signingKey().sign(message), signature.sign());
    }

    @Test
    void shouldTellWhoseCertificateItIs() throws Exception {
        byte[] der = credentials.certificate().getEncoded();
        assertTrue(TlsCredentials.isOf(self.peerId(), der));
        assertFalse(TlsCredentials.isOf(Identity.generate().peerId(), der));
    }

    @Test
    void shouldRefuseACertificateThatWasChangedAnywhere() throws Exception {
        byte[] der = credentials.certificate().getEncoded();
        for (int i = 0; i < der.length; i++) {
            byte[] changed = der.clone();
            changed[i] ^= 1;
            assertFalse(TlsCredentials.isOf(self.peerId(), changed), "changed at " + i);
            assertFalse(TlsCredentials.isOf(self.peerId(), Arrays.copyOf(der, i)), "cut at " + i);
        }
    }

    @Test
    void shouldRefuseWhatIsNoCertificate() {
        Random random = new Random(5);
        for (int length = 0; length < 400; length++) {
            byte[] junk = new byte[length];
            random.nextBytes(junk);
            assertFalse(TlsCredentials.isOf(self.peerId(), junk));
        }
    }

    @Test
    void shouldNotBeMadeOfAClosedIdentity() {
        self.close();
        assertThrows(IllegalStateException.class, self::tlsCredentials);
    }
}
