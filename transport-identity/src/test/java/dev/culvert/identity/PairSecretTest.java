package dev.culvert.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.PeerId;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PairSecretTest {
    private static final Identity ALICE = Identity.generate(new SeededRandom(20));
    private static final Identity BOB = Identity.generate(new SeededRandom(21));
    private static final Identity CAROL = Identity.generate(new SeededRandom(22));
    private static final PeerId A = ALICE.peerId();
    private static final PeerId B = BOB.peerId();
    private static final PeerId C = CAROL.peerId();

    private static String slot(PairSecret secret) {
        return Hex.text(secret.slotKey("outbox", A, B, 1));
    }

    @Test
    void shouldBeTheSameOnBothSides() {
        assertEquals(slot(ALICE.pairSecret(B)), slot(BOB.pairSecret(A)));
        assertArrayEquals(ALICE.pairSecret(B).derive("x", 32), BOB.pairSecret(A).derive("x", 32));
    }

    @Test
    void shouldDifferForEveryOtherPair() {
        Set<String> keys = new HashSet<>();
        for (PairSecret secret : List.of(ALICE.pairSecret(B), ALICE.pairSecret(C), BOB.pairSecret(C))) {
            keys.add(slot(secret));
        }

        assertEquals(3, keys.size());
    }

    @Property(tries = 20)
    void shouldBeSharedByAnyTwo(
            @ForAll @LongRange(min = 0, max = 1_000_000) long one,
            @ForAll @LongRange(min = 1_000_001, max = 2_000_000) long other) {
        Identity first = Identity.generate(new SeededRandom(one));
        Identity second = Identity.generate(new SeededRandom(other));

        assertEquals(slot(first.pairSecret(second.peerId())), slot(second.pairSecret(first.peerId())));
    }

    @Test
    void shouldBeBoundToTheSigningKeysToo() {
        byte[] mixed = B.toBytes();
        System.arraycopy(C.signingKey(), 0, mixed, 0, PeerId.KEY_LENGTH);

        assertFalse(slot(ALICE.pairSecret(PeerId.of(mixed))).equals(slot(ALICE.pairSecret(B))));
    }

    @Test
    void shouldGiveASlotKeyOfItsOwnToEachLabelDirectionAndNumber() {
        PairSecret secret = ALICE.pairSecret(B);
        Set<String> keys = new HashSet<>();
        for (String label : List.of("outbox", "outbo", "ack", "ice_candidates")) {
            for (long n : new long[] {0, 1, 256, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
                assertTrue(keys.add(Hex.text(secret.slotKey(label, A, B, n))));
                assertTrue(keys.add(Hex.text(secret.slotKey(label, B, A, n))));
            }
        }

        assertEquals(48, keys.size());
    }

    @Test
    void shouldMakeSlotKeysAsTheJavadocSays() {
        byte[] fixed = new byte[32];
        Arrays.fill(fixed, (byte) 7);
        PairSecret secret = PairSecret.of(fixed, A, B);
        byte[] whole = Hkdf.derive(
                "culvert1 pair".getBytes(UTF_8),
                fixed,
                A.compareTo(B) < 0 ? Hkdf.info(A.toBytes(), B.toBytes()) : Hkdf.info(B.toBytes(), A.toBytes()),
                32);
        byte[] n = {0, 0, 0, 0, 0, 0, 1, 2};

        assertArrayEquals(
                Sha3.sha3_512(whole, new byte[] {3}, "ack".getBytes(UTF_8), B.toBytes(), A.toBytes(), n),
                secret.slotKey("ack", B, A, 258));
    }

    @Test
    void shouldRefuseALabelThatItsLengthByteCanNotCount() {
        PairSecret secret = ALICE.pairSecret(B);

        assertEquals(64, secret.slotKey("x".repeat(255), A, B, 0).length);
        assertThrows(IllegalArgumentException.class, () -> secret.slotKey("x".repeat(256), A, B, 0));
        assertThrows(IllegalArgumentException.class, () -> secret.slotKey("\u00e4".repeat(128), A, B, 0));
        assertThrows(IllegalArgumentException.class, () -> secret.slotKey("", A, B, 0));
    }

    @Test
    void shouldGiveBothSidesTheSameWriterForASlot() {
        byte[] slot = ALICE.pairSecret(B).slotKey("outbox", A, B, 5);

        assertArrayEquals(
                ALICE.pairSecret(B).writer(slot).publicKey(),
                BOB.pairSecret(A).writer(slot).publicKey());
    }

    @Test
    void shouldGiveEverySlotAWriterThatIsNobodysIdentity() {
        PairSecret secret = ALICE.pairSecret(B);
        Set<String> writers = new HashSet<>();
        writers.add(Hex.text(A.signingKey()));
        writers.add(Hex.text(B.signingKey()));
        for (int n = 0; n < 10; n++) {
            writers.add(
                    Hex.text(secret.writer(secret.slotKey("outbox", A, B, n)).publicKey()));
        }

        assertEquals(12, writers.size());
    }

    @Test
    void shouldRefuseAWriterForWhatIsNoSlotKey() {
        assertThrows(IllegalArgumentException.class, () -> ALICE.pairSecret(B).writer(new byte[63]));
    }

    @Property(tries = 100)
    void shouldDeriveOtherBytesWhereverContextIsDivided(
            @ForAll @Size(min = 1, max = 20) byte[] first, @ForAll @Size(max = 20) byte[] second) {
        PairSecret secret = ALICE.pairSecret(B);
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);

        byte[] apart = secret.derive("session", 32, first, second);
        assertFalse(Arrays.equals(apart, secret.derive("session", 32, joined)));
        assertFalse(Arrays.equals(apart, secret.derive("session", 32, joined, new byte[0])) && second.length > 0);
        assertFalse(Arrays.equals(apart, secret.derive("sessioN", 32, first, second)));
        assertArrayEquals(apart, BOB.pairSecret(A).derive("session", 32, first, second));
    }

    @Test
    void shouldNotDeriveAWritersSeedForAnyPurpose() {
        PairSecret secret = ALICE.pairSecret(B);
        byte[] slot = secret.slotKey("outbox", A, B, 0);

        assertFalse(Arrays.equals(secret.writer(slot).seed(), secret.derive("writer", 32, slot)));
        assertFalse(Arrays.equals(secret.writer(slot).seed(), secret.derive(new String(slot, UTF_8), 32)));
    }

    @Test
    void shouldRefuseLengthsThatHkdfDoesNotGive() {
        PairSecret secret = ALICE.pairSecret(B);

        assertEquals(16320, secret.derive("x", 16320).length);
        assertThrows(IllegalArgumentException.class, () -> secret.derive("x", 16321));
        assertThrows(IllegalArgumentException.class, () -> secret.derive("x", 0));
        assertThrows(IllegalArgumentException.class, () -> secret.derive("x", -1));
    }
}
