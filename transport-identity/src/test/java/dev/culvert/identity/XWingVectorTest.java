package dev.culvert.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.bouncycastle.crypto.SecretWithEncapsulation;
import org.bouncycastle.crypto.digests.SHA3Digest;
import org.bouncycastle.crypto.digests.SHAKEDigest;
import org.bouncycastle.crypto.kems.MLKEMExtractor;
import org.bouncycastle.crypto.params.MLKEMParameters;
import org.bouncycastle.crypto.params.MLKEMPrivateKeyParameters;
import org.bouncycastle.crypto.prng.FixedSecureRandom;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.bouncycastle.pqc.crypto.xwing.XWingKEMExtractor;
import org.bouncycastle.pqc.crypto.xwing.XWingKEMGenerator;
import org.bouncycastle.pqc.crypto.xwing.XWingPrivateKeyParameters;
import org.bouncycastle.pqc.crypto.xwing.XWingPublicKeyParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That the library's X-Wing is the draft's, and our suite HPKE over it: both as published. */
class XWingVectorTest {
    private static final Vectors KEM = Vectors.of("x-wing-kem.properties");
    private static final Vectors HPKE = Vectors.of("x-wing-hpke.properties");
    private static final int MLKEM_CIPHERTEXT = 1088;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldGiveThePublishedKeysCiphertextsAndSecrets(int n) {
        byte[] seed = KEM.get(n + ".seed");
        byte[] publicKey = KEM.get(n + ".pk");
        assertArrayEquals(publicKey, SealingPair.fromSeed(seed).publicKey().toBytes());
        assertEquals(SealingKey.LENGTH, publicKey.length);

        SecretWithEncapsulation made = new XWingKEMGenerator(new FixedSecureRandom(KEM.get(n + ".eseed")))
                .generateEncapsulated(new XWingPublicKeyParameters(publicKey));
        byte[] found = new XWingKEMExtractor(new XWingPrivateKeyParameters(seed)).extractSecret(KEM.get(n + ".ct"));

        assertArrayEquals(KEM.get(n + ".ct"), made.getEncapsulation());
        assertArrayEquals(KEM.get(n + ".ss"), made.getSecret());
        assertArrayEquals(KEM.get(n + ".ss"), found);
    }

    /** The combiner of the draft, section 5.3, from its parts: both secrets, the X25519 transcript and the label. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldCombineBothSecretsUnderTheDraftsLabel(int n) {
        byte[] expanded = new byte[96];
        SHAKEDigest shake = new SHAKEDigest(256);
        shake.update(KEM.get(n + ".seed"), 0, 32);
        shake.doFinal(expanded, 0, expanded.length);
        byte[] ciphertext = KEM.get(n + ".ct");
        byte[] ephemeral = Arrays.copyOfRange(ciphertext, MLKEM_CIPHERTEXT, ciphertext.length);
        byte[] secretM = new MLKEMExtractor(
                        new MLKEMPrivateKeyParameters(MLKEMParameters.ml_kem_768, Arrays.copyOf(expanded, 64)))
                .extractSecret(Arrays.copyOf(ciphertext, MLKEM_CIPHERTEXT));
        byte[] secretX = new byte[32];
        X25519.scalarMult(expanded, 64, ephemeral, 0, secretX, 0);
        byte[] publicKey = KEM.get(n + ".pk");
        SHA3Digest sha3 = new SHA3Digest(256);
        for (byte[] part : new byte[][] {
            secretM,
            secretX,
            ephemeral,
            Arrays.copyOfRange(publicKey, SealingKey.LENGTH - 32, SealingKey.LENGTH),
            "\\.//^\\".getBytes(US_ASCII)
        }) {
            sha3.update(part, 0, part.length);
        }
        byte[] combined = new byte[32];
        sha3.doFinal(combined, 0);

        assertArrayEquals(KEM.get(n + ".ss"), combined);
    }

    @Test
    void shouldOpenThePublishedHpkeCiphertext() {
        SealingPair pair = SealingPair.fromSeed(HPKE.get("skRm"));

        assertArrayEquals(HPKE.get("pkRm"), pair.publicKey().toBytes());
        assertArrayEquals(
                HPKE.get("0.pt"), pair.open(HPKE.get("enc"), HPKE.get("info"), HPKE.get("0.aad"), HPKE.get("0.ct")));
    }

    @Test
    void shouldNotOpenItWithAnotherInfoOrAad() {
        SealingPair pair = SealingPair.fromSeed(HPKE.get("skRm"));
        byte[] enc = HPKE.get("enc");
        byte[] info = HPKE.get("info");
        byte[] aad = HPKE.get("0.aad");
        byte[] ciphertext = HPKE.get("0.ct");

        assertThrows(OpenFailedException.class, () -> pair.open(enc, aad, aad, ciphertext));
        assertThrows(OpenFailedException.class, () -> pair.open(enc, info, info, ciphertext));
    }

    @Test
    void shouldHaveTheLengthsAndTheNumberOfTheDrafts() {
        HpkeSuite suite = HpkeSuite.X_WING_CHACHA20POLY1305;

        assertEquals(KEM.get("1.ct").length, suite.encLength());
        assertEquals(HPKE.get("0.ct").length - HPKE.get("0.pt").length, suite.tagLength());
        assertEquals("48504b45" + "647a" + "0001" + "0003", Hex.text(HPKE.get("suite_id")));
        assertEquals(2, suite.id());
    }
}
