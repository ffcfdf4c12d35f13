package dev.culvert.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.PeerId;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityTest {
    private static final byte[] MESSAGE = {1, 2, 3};

    @Test
    void shouldSignAsThePeerIdSays() {
        Identity identity = Identity.generate();

        assertArrayEquals(identity.peerId().signingKey(), identity.signingKey().publicKey());
        assertTrue(Signatures.verify(
                identity.peerId().signingKey(), MESSAGE, identity.signingKey().sign(MESSAGE)));
    }

    @Test
    void shouldAgreeAsThePeerIdSays() {
        Identity identity = Identity.generate();
        byte[] none = {};
        Hpke.Sealed sealed = Hpke.seal(HpkeSuite.X25519_CHACHA20POLY1305, identity.peerId(), none, none, MESSAGE);

        assertArrayEquals(
                MESSAGE,
                identity.open(HpkeSuite.X25519_CHACHA20POLY1305, sealed.enc(), none, none, sealed.ciphertext()));
    }

    @Test
    void shouldBeAnotherEachTime() {
        assertNotEquals(Identity.generate().peerId(), Identity.generate().peerId());
    }

    @Test
    void shouldRefuseEveryPrivateUseOnceClosed(@TempDir Path folder) {
        Identity identity = Identity.generate();
        PeerId other = Identity.generate().peerId();
        PeerId before = identity.peerId();
        byte[] bytes = new byte[32];
        identity.close();
        identity.close();

        assertEquals(before, identity.peerId());
        assertThrows(IllegalStateException.class, () -> identity.signingKey().sign(MESSAGE));
        assertThrows(IllegalStateException.class, () -> identity.pairSecret(other));
        assertThrows(
                IllegalStateException.class,
                () -> identity.open(HpkeSuite.X25519_CHACHA20POLY1305, bytes, bytes, bytes, bytes));
        assertThrows(IllegalStateException.class, () -> identity.save(folder.resolve("identity")));
        assertFalse(Files.exists(folder.resolve("identity")));
    }
}
