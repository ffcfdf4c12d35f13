package dev.culvert.identity;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No text form shows a secret, in hex, base64 or as a list of numbers, not even four bytes of it. */
class SecretsStayHiddenTest {
    private static void assertHides(Object holder, byte[] secret) {
        String text = holder.toString();
        for (int at = 0; at + 4 <= secret.length; at++) {
            byte[] piece = Arrays.copyOfRange(secret, at, at + 4);
            assertFalse(text.toLowerCase(Locale.ROOT).contains(Hex.text(piece)), text);
            String numbers = Arrays.toString(piece);
            assertFalse(text.contains(numbers.substring(1, numbers.length() - 1)), text);
        }
        for (int at = 0; at + 6 <= secret.length; at++) {
            byte[] piece = Arrays.copyOfRange(secret, at, at + 6);
            assertFalse(text.contains(Base64.getEncoder().encodeToString(piece)), text);
            assertFalse(text.contains(Base64.getUrlEncoder().encodeToString(piece)), text);
        }
    }

    @Test
    void shouldHideTheSeedOfASigningKey() {
        SigningKey key = SigningKey.generate(new SeededRandom(70));

        assertHides(key, key.seed());
        assertTrue(key.toString().contains(Hex.text(key.publicKey())));
    }

    @Test
    void shouldHideBothKeysOfAnIdentity(@TempDir Path folder) throws IOException {
        Identity identity = Identity.generate(new SeededRandom(71));
        identity.save(folder.resolve("identity"));

        assertHides(identity, Arrays.copyOfRange(Files.readAllBytes(folder.resolve("identity")), 17, 81));
        assertTrue(identity.toString().contains(identity.peerId().toString()));
    }

    @Test
    void shouldHideTheSeedOfASealingPair() {
        byte[] seed = new byte[32];
        new SeededRandom(77).nextBytes(seed);
        SealingPair pair = SealingPair.fromSeed(seed);

        assertHides(pair, seed);
        assertTrue(pair.toString().contains(pair.publicKey().toString()), pair.toString());
    }

    @Test
    void shouldHideAPairSecret() {
        Identity one = Identity.generate(new SeededRandom(72));
        Identity other = Identity.generate(new SeededRandom(73));
        byte[] agreement = new byte[32];
        new SeededRandom(74).nextBytes(agreement);
        PairSecret secret = PairSecret.of(agreement, one.peerId(), other.peerId());

        assertHides(secret, agreement);
        assertTrue(secret.toString().equals("PairSecret"), secret.toString());
    }

    @Test
    void shouldHideAnEphemeralKey() {
        byte[] privateKey = new byte[32];
        new SeededRandom(75).nextBytes(privateKey);
        EphemeralKey key = EphemeralKey.generate(new SeededRandom(75));

        assertTrue(Arrays.equals(KeyAgreement.publicKey(privateKey), key.publicKey()));
        assertHides(key, privateKey);
    }

    @Test
    void shouldHideAKeyForTls() {
        byte[] seed = new byte[SigningKey.SEED_LENGTH];
        new SeededRandom(76).nextBytes(seed);

        assertHides(TlsCredentials.of(SigningKey.fromSeed(seed)), seed);
    }
}
