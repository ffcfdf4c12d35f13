package dev.culvert.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SigningKeyTest {
    @ParameterizedTest
    @MethodSource("dev.culvert.identity.Rfc8032#vectors")
    void shouldSignAsTheRfc(Rfc8032.Vector vector) {
        SigningKey key = SigningKey.fromSeed(Hex.bytes(vector.seed()));

        assertEquals(vector.publicKey(), Hex.text(key.publicKey()));
        assertEquals(vector.signature(), Hex.text(key.sign(Hex.bytes(vector.message()))));
    }

    @Property(tries = 30)
    void shouldSignAsTheJdk(@ForAll @Size(32) byte[] seed, @ForAll byte[] message) throws GeneralSecurityException {
        Signature jdk = Signature.getInstance("Ed25519");
        jdk.initSign(KeyFactory.getInstance("Ed25519")
                .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed)));
        jdk.update(message);

        assertArrayEquals(jdk.sign(), SigningKey.fromSeed(seed).sign(message));
    }

    @Test
    void shouldComeBackFromItsSeed() {
        SigningKey key = SigningKey.generate(new SecureRandom());

        assertArrayEquals(key.publicKey(), SigningKey.fromSeed(key.seed()).publicKey());
        assertFalse(Arrays.equals(
                key.publicKey(), SigningKey.generate(new SecureRandom()).publicKey()));
    }

    @Test
    void shouldNotChangeWithTheArraysItTookOrGaveOut() {
        byte[] seed = new byte[SigningKey.SEED_LENGTH];
        SigningKey key = SigningKey.fromSeed(seed);
        byte[] publicKey = key.publicKey();
        seed[0] = 1;
        key.seed()[1] = 1;
        key.publicKey()[2] ^= 1;

        assertArrayEquals(new byte[SigningKey.SEED_LENGTH], key.seed());
        assertArrayEquals(publicKey, key.publicKey());
        assertTrue(Signatures.verify(publicKey, seed, key.sign(seed)));
    }

    @Test
    void shouldRefuseASeedOfAnotherLength() {
        assertThrows(IllegalArgumentException.class, () -> SigningKey.fromSeed(new byte[31]));
        assertThrows(IllegalArgumentException.class, () -> SigningKey.fromSeed(new byte[33]));
    }

    @Test
    void shouldRefuseToSignOnceClosed() {
        SigningKey key = SigningKey.generate(new SeededRandom(40));
        byte[] publicKey = key.publicKey();
        key.close();
        key.close();

        assertThrows(IllegalStateException.class, () -> key.sign(new byte[1]));
        assertThrows(IllegalStateException.class, key::seed);
        assertArrayEquals(publicKey, key.publicKey());
    }
}
