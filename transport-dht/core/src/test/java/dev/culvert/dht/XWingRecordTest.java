package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.identity.HpkeSuite;
import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageTooLargeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that are sealed against a later quantum computer. */
class XWingRecordTest {
    private static final HpkeSuite X_WING = HpkeSuite.X_WING_CHACHA20POLY1305;
    private static final Instant NOW = Instant.parse("2026-11-15T12:00:00Z");
    private static final Instant EXPIRY = NOW.plus(Duration.ofDays(1));
    private static final byte[] KEY = bytes(64);

    /** What stands before the ciphertext: header and encapsulated key; then at least the tag. */
    private static final int LEAST_LENGTH = 2 + 1120 + 16;

    private final Identity alice = Identity.generate();
    private final Identity bob = Identity.generate();

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private byte[] seal(long sequence, byte[] payload) {
        return SealedRecord.seal(alice, bob.peerId(), bob.sealingKey(), KEY, sequence, EXPIRY, payload);
    }

    private RecordVerdict open(byte[] record) {
        return SealedRecord.open(bob, alice.peerId(), KEY, record, NOW, 0);
    }

    private static void assertRejected(RejectReason reason, RecordVerdict verdict) {
        assertEquals(new RecordVerdict.Rejected(reason), verdict);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 900, 16_384, 65_000, 256 * 1024})
    void shouldAdd1088BytesToTheOtherSuite(int length) {
        byte[] payload = bytes(length);
        long sequence = NOW.toEpochMilli();

        byte[] record = seal(sequence, payload);

        assertEquals(SealedRecord.length(sequence, EXPIRY, length) + 1088, record.length);
        assertEquals(SealedRecord.length(X_WING, sequence, EXPIRY, length), record.length);
        assertTrue(record.length - length <= SealedRecord.MAX_OVERHEAD_X_WING);
        assertEquals(Optional.of(X_WING), SealedRecord.suite(record));
        VerifiedRecord verified = open(record).verified().orElseThrow();
        assertArrayEquals(payload, verified.payload());
        assertEquals(alice.peerId(), verified.publisher());
        assertEquals(sequence, verified.sequence());
        assertEquals(EXPIRY, verified.expiry());
    }

    @ParameterizedTest
    @ValueSource(ints = {1285, 1412, 1413, 1414, 65_000})
    void shouldSayExactlyHowMuchFits(int limit) {
        long sequence = NOW.toEpochMilli();

        int payload = SealedRecord.maxPayload(X_WING, limit, sequence, EXPIRY);

        assertTrue(seal(sequence, new byte[payload]).length <= limit);
        assertTrue(seal(sequence, new byte[payload + 1]).length > limit);
        assertEquals(0, SealedRecord.maxPayload(X_WING, 996, sequence, EXPIRY));
    }

    @Test
    void shouldTakeTheLargestPayloadAndNoMore() {
        byte[] record = seal(Long.MAX_VALUE, new byte[SealedRecord.MAX_PAYLOAD]);

        assertTrue(open(record).verified().isPresent());
        assertThrows(MessageTooLargeException.class, () -> seal(1, new byte[SealedRecord.MAX_PAYLOAD + 1]));
        int tooLong = SealedRecord.MAX_PAYLOAD + SealedRecord.MAX_OVERHEAD_X_WING + 1;
        assertRejected(RejectReason.OVERSIZED, open(Arrays.copyOf(record, tooLong)));
    }

    @Test
    void shouldNotGiveTheOtherSuiteItsRoom() {
        byte[] record = new byte[SealedRecord.MAX_PAYLOAD + SealedRecord.MAX_OVERHEAD + 1];
        record[0] = SealedRecord.VERSION;
        record[1] = 1;

        assertRejected(RejectReason.OVERSIZED, open(record));
        record[1] = 2;
        assertRejected(RejectReason.NOT_FOR_US, open(record));
    }

    @Test
    void shouldOpenARecordMadeByHand() {
        byte[] fields = Crafted.fields(alice.peerId(), 9, EXPIRY, new byte[] {1, 2});

        VerifiedRecord verified = open(Crafted.sealedXWing(alice, alice.peerId(), bob, KEY, fields))
                .verified()
                .orElseThrow();

        assertArrayEquals(new byte[] {1, 2}, verified.payload());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 1121, 1122, LEAST_LENGTH - 1})
    void shouldTurnDownWhatIsTooShort(int length) {
        assertRejected(RejectReason.MALFORMED, open(Arrays.copyOf(seal(1, bytes(10)), length)));
    }

    @Test
    void shouldTurnDownAnotherSuiteByte() {
        byte[] xWing = seal(1, bytes(10));
        byte[] x25519 = SealedRecord.seal(alice, bob.peerId(), KEY, 1, EXPIRY, bytes(2_000));

        for (int id = -128; id < 128; id++) {
            byte[] changed = xWing.clone();
            changed[1] = (byte) id;
            if (id == 1) {
                assertRejected(RejectReason.NOT_FOR_US, open(changed));
            } else if (id != 2) {
                assertRejected(RejectReason.UNSUPPORTED, open(changed));
            }
        }
        x25519[1] = 2;
        assertRejected(RejectReason.NOT_FOR_US, open(x25519));
    }

    @Test
    void shouldTurnDownALowOrderX25519Part() {
        byte[] record = seal(1, bytes(10));
        Arrays.fill(record, 2 + 1088, 2 + 1120, (byte) 0);

        assertRejected(RejectReason.NOT_FOR_US, open(record));
    }

    @Test
    void shouldBindARecordToItsKeyPublisherAndRecipient() {
        byte[] record = seal(1, bytes(10));
        byte[] otherKey = KEY.clone();
        otherKey[63] ^= 1;
        Identity carol = Identity.generate();

        assertRejected(RejectReason.NOT_FOR_US, SealedRecord.open(bob, alice.peerId(), otherKey, record, NOW, 0));
        assertRejected(RejectReason.NOT_FOR_US, SealedRecord.open(bob, carol.peerId(), KEY, record, NOW, 0));
        assertRejected(RejectReason.NOT_FOR_US, SealedRecord.open(carol, alice.peerId(), KEY, record, NOW, 0));
    }

    @Test
    void shouldTurnDownExpiredAndReplayedOnes() {
        byte[] record = seal(5, bytes(10));

        assertRejected(RejectReason.EXPIRED, SealedRecord.open(bob, alice.peerId(), KEY, record, EXPIRY, 0));
        assertRejected(RejectReason.REPLAYED, SealedRecord.open(bob, alice.peerId(), KEY, record, NOW, 6));
    }
}
