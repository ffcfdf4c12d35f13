package dev.culvert.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class XWingSealTest {
    private static final HpkeSuite SUITE = HpkeSuite.X_WING_CHACHA20POLY1305;
    private static final Identity BOB = Identity.generate(new SeededRandom(30));
    private static final byte[] INFO = {1, 2};
    private static final byte[] AAD = {3};
    private static final byte[] PLAINTEXT = {4, 5, 6, 7};

    private static Hpke.Sealed seal() {
        return Hpke.seal(BOB.sealingKey(), INFO, AAD, PLAINTEXT);
    }

    private static void assertDoesNotOpen(byte[] enc, byte[] info, byte[] aad, byte[] ciphertext) {
        OpenFailedException failure =
                assertThrows(OpenFailedException.class, () -> BOB.open(SUITE, enc, info, aad, ciphertext));
        assertNull(failure.getCause());
    }

    @Property(tries = 60)
    void shouldOpenWhatWasSealed(
            @ForAll @Size(max = 300) byte[] info,
            @ForAll @Size(max = 300) byte[] aad,
            @ForAll @Size(max = 2000) byte[] plaintext) {
        Hpke.Sealed sealed = Hpke.seal(BOB.sealingKey(), info, aad, plaintext);

        assertEquals(SUITE.encLength(), sealed.enc().length);
        assertEquals(plaintext.length + SUITE.tagLength(), sealed.ciphertext().length);
        assertArrayEquals(plaintext, BOB.open(SUITE, sealed.enc(), info, aad, sealed.ciphertext()));
    }

    @Property(tries = 300)
    void shouldFailWithAnyBitFlipped(@ForAll @IntRange(max = 8 * 1120 - 1) int bit) {
        Hpke.Sealed sealed = seal();
        byte[] enc = sealed.enc().clone();
        enc[bit / 8] ^= (byte) (1 << (bit % 8));
        byte[] ciphertext = sealed.ciphertext().clone();
        ciphertext[bit / 8 % ciphertext.length] ^= (byte) (1 << (bit % 8));

        assertDoesNotOpen(enc, INFO, AAD, sealed.ciphertext());
        assertDoesNotOpen(sealed.enc(), INFO, AAD, ciphertext);
    }

    @Property(tries = 100)
    void shouldFailForRandomBytesOfTheRightLengthAndOfOthers(
            @ForAll @Size(1120) byte[] enc, @ForAll @Size(max = 100) byte[] other) {
        assertDoesNotOpen(enc, INFO, AAD, other);
        assertDoesNotOpen(other, INFO, AAD, seal().ciphertext());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 32, 1088, 1119, 1121, 1216})
    void shouldFailForAnEncapsulatedKeyOfAnotherLength(int length) {
        Hpke.Sealed sealed = seal();

        assertDoesNotOpen(Arrays.copyOf(sealed.enc(), length), INFO, AAD, sealed.ciphertext());
    }

    @Test
    void shouldFailWithOtherInfoAadSuiteOrRecipient() {
        Hpke.Sealed sealed = seal();
        Identity carol = Identity.generate(new SeededRandom(31));
        HpkeSuite wrong = HpkeSuite.X25519_CHACHA20POLY1305;
        Hpke.Sealed other = Hpke.seal(wrong, BOB.peerId(), INFO, AAD, PLAINTEXT);

        assertDoesNotOpen(sealed.enc(), AAD, AAD, sealed.ciphertext());
        assertDoesNotOpen(sealed.enc(), INFO, INFO, sealed.ciphertext());
        assertDoesNotOpen(other.enc(), INFO, AAD, other.ciphertext());
        assertThrows(OpenFailedException.class, () -> BOB.open(wrong, sealed.enc(), INFO, AAD, sealed.ciphertext()));
        assertThrows(OpenFailedException.class, () -> carol.open(SUITE, sealed.enc(), INFO, AAD, sealed.ciphertext()));
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.identity.LowOrderPoints#all")
    void shouldNotOpenWithALowOrderX25519Part(byte[] point) {
        Hpke.Sealed sealed = seal();
        byte[] enc = sealed.enc().clone();
        System.arraycopy(point, 0, enc, enc.length - point.length, point.length);

        assertDoesNotOpen(enc, INFO, AAD, sealed.ciphertext());
    }

    @ParameterizedTest
    @MethodSource("dev.culvert.identity.LowOrderPoints#all")
    void shouldRefuseASealingKeyWithALowOrderX25519Part(byte[] point) {
        byte[] key = BOB.sealingKey().toBytes();
        System.arraycopy(point, 0, key, key.length - point.length, point.length);

        assertThrows(InvalidKeyExchangeException.class, () -> SealingKey.parse(key));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 32, 1184, 1215, 1217})
    void shouldRefuseASealingKeyOfAnotherLength(int length) {
        byte[] key = Arrays.copyOf(BOB.sealingKey().toBytes(), length);

        assertThrows(InvalidKeyExchangeException.class, () -> SealingKey.parse(key));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 767})
    void shouldRefuseASealingKeyWithACoefficientThatIsTooLarge(int place) {
        // Two coefficients of 12 bits in three bytes; 3329, the modulus, is the least that is refused.
        byte[] key = BOB.sealingKey().toBytes();
        int at = place / 2 * 3;
        if (place % 2 == 0) {
            key[at] = (byte) 0x01;
            key[at + 1] = (byte) ((key[at + 1] & 0xf0) | 0x0d);
        } else {
            key[at + 1] = (byte) ((key[at + 1] & 0x0f) | 0x10);
            key[at + 2] = (byte) 0xd0;
        }

        assertThrows(InvalidKeyExchangeException.class, () -> SealingKey.parse(key));
        key[place % 2 == 0 ? at : at + 1] -= (byte) (place % 2 == 0 ? 0x01 : 0x10);
        assertArrayEquals(key, SealingKey.parse(key).toBytes());
    }

    @Test
    void shouldNotSealToAPeerIdWithASuiteItHasNoKeyFor() {
        assertThrows(IllegalArgumentException.class, () -> Hpke.seal(SUITE, BOB.peerId(), INFO, AAD, PLAINTEXT));
    }

    @Test
    void shouldHaveTheSameKeyAfterLoading(@TempDir Path folder) {
        Path file = folder.resolve("identity");
        BOB.save(file);
        Hpke.Sealed sealed = seal();

        try (Identity loaded = Identity.load(file)) {
            assertEquals(BOB.sealingKey(), loaded.sealingKey());
            assertEquals(BOB.sealingKey().hashCode(), loaded.sealingKey().hashCode());
            assertArrayEquals(PLAINTEXT, loaded.open(SUITE, sealed.enc(), INFO, AAD, sealed.ciphertext()));
        }
    }

    /** A quantum computer finds the X25519 private key: what follows from it alone it finds, too. */
    @Test
    void shouldNotFollowFromTheAgreementKeyAloneNorFromTheSigningKeyAlone() {
        byte[] one = new byte[32];
        byte[] two = new byte[32];
        two[0] = 1;
        SealingKey key = SealingPair.derive(one, one).publicKey();

        assertEquals(key, SealingPair.derive(one, one).publicKey());
        assertNotEquals(key, SealingPair.derive(two, one).publicKey());
        assertNotEquals(key, SealingPair.derive(one, two).publicKey());
    }

    /** What a quantum computer makes of a peer id: the agreement key is its own, the Ed25519 seed is not. */
    @Test
    void shouldNotOpenForOneWhoHasFoundTheAgreementKeyWhereTheOtherSuiteDoes(@TempDir Path folder) throws IOException {
        BOB.save(folder.resolve("bob"));
        byte[] stored = Files.readAllBytes(folder.resolve("bob"));
        byte[] keys = Arrays.copyOfRange(stored, stored.length - 16 - IdentityFile.KEYS_LENGTH, stored.length - 16);
        Arrays.fill(keys, 0, SigningKey.SEED_LENGTH, (byte) 7);
        IdentityFile.replace(folder.resolve("found"), keys);
        Hpke.Sealed sealed = seal();
        HpkeSuite x25519 = HpkeSuite.X25519_CHACHA20POLY1305;
        Hpke.Sealed old = Hpke.seal(x25519, BOB.peerId(), INFO, AAD, PLAINTEXT);

        try (Identity found = Identity.load(folder.resolve("found"))) {
            assertArrayEquals(BOB.peerId().agreementKey(), found.peerId().agreementKey());
            assertArrayEquals(PLAINTEXT, found.open(x25519, old.enc(), INFO, AAD, old.ciphertext()));
            assertThrows(
                    OpenFailedException.class, () -> found.open(SUITE, sealed.enc(), INFO, AAD, sealed.ciphertext()));
        }
    }

    @Test
    void shouldNotUseThePeerIdsKeyAgain() {
        byte[] key = BOB.sealingKey().toBytes();

        assertFalse(Arrays.equals(BOB.peerId().agreementKey(), Arrays.copyOfRange(key, 1184, 1216)));
    }

    @Test
    void shouldOpenNothingOnceClosed() {
        Identity identity = Identity.generate(new SeededRandom(32));
        Hpke.Sealed sealed = Hpke.seal(identity.sealingKey(), INFO, AAD, PLAINTEXT);

        identity.close();

        assertThrows(IllegalStateException.class, identity::sealingKey);
        assertThrows(
                IllegalStateException.class, () -> identity.open(SUITE, sealed.enc(), INFO, AAD, sealed.ciphertext()));
    }

    @Test
    void shouldOpenOnManyThreadsAtOnce() {
        Identity identity = Identity.generate(new SeededRandom(33));
        List<Boolean> opened = IntStream.range(0, 200)
                .parallel()
                .mapToObj(n -> {
                    byte[] text = {(byte) n, (byte) (n >> 8)};
                    Hpke.Sealed sealed = Hpke.seal(identity.sealingKey(), INFO, AAD, text);
                    return Arrays.equals(text, identity.open(SUITE, sealed.enc(), INFO, AAD, sealed.ciphertext()));
                })
                .toList();

        assertFalse(opened.contains(false));
    }
}
