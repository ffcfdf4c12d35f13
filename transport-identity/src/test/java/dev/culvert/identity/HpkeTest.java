package dev.culvert.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class HpkeTest {
    private static final HpkeSuite SUITE = HpkeSuite.X25519_CHACHA20POLY1305;
    private static final Identity BOB = Identity.generate(new SeededRandom(10));
    private static final byte[] INFO = {1, 2};
    private static final byte[] AAD = {3};
    private static final byte[] PLAINTEXT = "the quick brown fox".getBytes(US_ASCII);

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] out = bytes.clone();
        out[bit / 8] ^= (byte) (1 << (bit % 8));
        return out;
    }

    @Property(tries = 60)
    void shouldOpenWhatWasSealed(
            @ForAll @Size(max = 300) byte[] info,
            @ForAll @Size(max = 300) byte[] aad,
            @ForAll @Size(max = 2000) byte[] plaintext) {
        Hpke.Sealed sealed = Hpke.seal(SUITE, BOB.peerId(), info, aad, plaintext);

        assertEquals(SUITE.encLength(), sealed.enc().length);
        assertEquals(plaintext.length + SUITE.tagLength(), sealed.ciphertext().length);
        assertArrayEquals(plaintext, BOB.open(SUITE, sealed.enc(), info, aad, sealed.ciphertext()));
    }

    @Test
    void shouldFailWithAnyBitOfTheCiphertextFlipped() {
        Hpke.Sealed sealed = Hpke.seal(SUITE, BOB.peerId(), INFO, AAD, PLAINTEXT);

        for (int bit = 0; bit < 8 * sealed.ciphertext().length; bit++) {
            byte[] changed = flipped(sealed.ciphertext(), bit);
            assertThrows(OpenFailedException.class, () -> BOB.open(SUITE, sealed.enc(), INFO, AAD, changed));
        }
    }

    @Test
    void shouldFailWithAnyBitOfTheEncapsulatedKeyFlipped() {
        Hpke.Sealed sealed = Hpke.seal(SUITE, BOB.peerId(), INFO, AAD, PLAINTEXT);

        // The top bit, too: X25519 masks it, but the key schedule takes the bytes as they came.
        for (int bit = 0; bit < 8 * SUITE.encLength(); bit++) {
            byte[] changed = flipped(sealed.enc(), bit);
            assertThrows(OpenFailedException.class, () -> BOB.open(SUITE, changed, INFO, AAD, sealed.ciphertext()));
        }
    }

    @Test
    void shouldFailForAnotherRecipient() {
        Hpke.Sealed sealed = Hpke.seal(SUITE, BOB.peerId(), INFO, AAD, PLAINTEXT);
        Identity carol = Identity.generate(new SeededRandom(11));

        assertThrows(OpenFailedException.class, () -> carol.open(SUITE, sealed.enc(), INFO, AAD, sealed.ciphertext()));
    }

    @Test
    void shouldFailWithOtherInfoOrAad() {
        Hpke.Sealed sealed = Hpke.seal(SUITE, BOB.peerId(), INFO, AAD, PLAINTEXT);

        assertThrows(OpenFailedException.class, () -> BOB.open(SUITE, sealed.enc(), AAD, AAD, sealed.ciphertext()));
        assertThrows(OpenFailedException.class, () -> BOB.open(SUITE, sealed.enc(), INFO, INFO, sealed.ciphertext()));
    }

    @Test
    void shouldFailAtEveryTruncation() {
        Hpke.Sealed sealed = Hpke.seal(SUITE, BOB.peerId(), INFO, AAD, PLAINTEXT);

        for (int length = 0; length < sealed.ciphertext().length; length++) {
            byte[] cut = Arrays.copyOf(sealed.ciphertext(), length);
            assertThrows(OpenFailedException.class, () -> BOB.open(SUITE, sealed.enc(), INFO, AAD, cut));
        }
        for (int length : new int[] {0, 1, 31, 33, 64}) {
            byte[] enc = Arrays.copyOf(sealed.enc(), length);
            assertThrows(OpenFailedException.class, () -> BOB.open(SUITE, enc, INFO, AAD, sealed.ciphertext()));
        }
    }

    @Property(tries = 100)
    void shouldFailInTheSameWayForAnythingFromOutside(
            @ForAll @Size(max = 70) byte[] enc, @ForAll @Size(max = 100) byte[] ciphertext) {
        OpenFailedException failure =
                assertThrows(OpenFailedException.class, () -> BOB.open(SUITE, enc, INFO, AAD, ciphertext));

        assertNull(failure.getCause());
    }

    @Test
    void shouldNeverSealTwiceTheSameWay() {
        Hpke.Sealed first = Hpke.seal(SUITE, BOB.peerId(), INFO, AAD, PLAINTEXT);
        Hpke.Sealed second = Hpke.seal(SUITE, BOB.peerId(), INFO, AAD, PLAINTEXT);

        assertFalse(Arrays.equals(first.enc(), second.enc()));
        assertFalse(Arrays.equals(first.ciphertext(), second.ciphertext()));
    }

    @Property(tries = 256)
    void shouldFindASuiteByItsByteOnly(@ForAll @IntRange(min = -128, max = 127) int id) {
        Optional<HpkeSuite> expected = id == 1
                ? Optional.of(SUITE)
                : id == 2 ? Optional.of(HpkeSuite.X_WING_CHACHA20POLY1305) : Optional.empty();

        assertEquals(expected, HpkeSuite.byId((byte) id));
    }
}
