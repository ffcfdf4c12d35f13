package dev.culvert.dht;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.identity.Identity;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each way a record can be bad has its own counter, and only that one moves. */
class RecordRejectionTest {
    private static final Instant NOW = Instant.parse("2026-11-15T12:00:00Z");
    private static final Instant EXPIRY = NOW.plusSeconds(60);
    private static final byte[] KEY = new byte[64];
    private static final int LIMIT = 996;

    private final Identity alice = Identity.generate();
    private final Identity bob = Identity.generate();
    private final Identity mallory = Identity.generate();
    private final EventCounters<RejectReason> counters = new EventCounters<>(RejectReason.class);
    private final RecordOpener opener = new RecordOpener(bob, LIMIT, counters);

    private byte[] good(long sequence) {
        return SealedRecord.seal(alice, bob.peerId(), KEY, sequence, EXPIRY, new byte[] {1, 2, 3});
    }

    private byte[] withExpiry(Instant expiry) {
        return SealedRecord.seal(alice, bob.peerId(), KEY, 1, expiry, new byte[] {1, 2, 3});
    }

    private void assertRejected(RejectReason reason, byte[] value) {
        assertRejected(reason, value, 0);
    }

    private void assertRejected(RejectReason reason, byte[] value, long lowestSequence) {
        long before = counters.get(reason);
        long all = total();

        List<VerifiedRecord> verified = opener.open(alice.peerId(), KEY, List.of(value), NOW, lowestSequence);

        assertEquals(List.of(), verified);
        assertEquals(before + 1, counters.get(reason), counters.toString());
        assertEquals(all + 1, total(), counters.toString());
    }

    private long total() {
        return counters.snapshot().values().stream().mapToLong(Long::longValue).sum();
    }

    @Test
    void shouldAcceptAGoodRecordAndCountNothing() {
        assertEquals(
                1, opener.open(alice.peerId(), KEY, List.of(good(5)), NOW, 5).size());
        assertEquals(0, total());
    }

    @Test
    void shouldCountMalformedRecords() {
        assertRejected(RejectReason.MALFORMED, new byte[0]);
        assertRejected(RejectReason.MALFORMED, new byte[] {1});
        assertRejected(RejectReason.MALFORMED, Arrays.copyOf(good(1), 49));
        byte[] noRoomForASignature = Crafted.seal(alice.peerId(), bob.peerId(), KEY, new byte[63]);
        assertRejected(RejectReason.MALFORMED, noRoomForASignature);
        byte[] noFields = Crafted.sealed(alice, alice.peerId(), bob.peerId(), KEY, new byte[] {4, 9});
        assertRejected(RejectReason.MALFORMED, noFields);
    }

    @Test
    void shouldCountOversizedRecordsWithoutOpeningThem() {
        byte[] valid = SealedRecord.seal(alice, bob.peerId(), KEY, 1, EXPIRY, new byte[LIMIT]);

        assertRejected(RejectReason.OVERSIZED, valid);
        assertEquals(
                new RecordVerdict.Rejected(RejectReason.OVERSIZED),
                SealedRecord.open(bob, alice.peerId(), KEY, new byte[300_000], NOW, 0));
    }

    @Test
    void shouldCountTruncatedRecords() {
        byte[] record = good(1);

        assertRejected(RejectReason.NOT_FOR_US, Arrays.copyOf(record, record.length - 1));
    }

    @Test
    void shouldCountRecordsOfOtherVersionsAndSuites() {
        byte[] version = good(1);
        version[0] = 2;
        byte[] suite = good(1);
        suite[1] = 99;
        byte[] publicOne = PublicRecord.sign(alice, KEY, 1, EXPIRY, new byte[1]);

        assertRejected(RejectReason.UNSUPPORTED, version);
        assertRejected(RejectReason.UNSUPPORTED, suite);
        assertRejected(RejectReason.UNSUPPORTED, publicOne);
    }

    @Test
    void shouldCountRecordsForOthersAndByOthers() {
        byte[] forMallory = SealedRecord.seal(alice, mallory.peerId(), KEY, 1, EXPIRY, new byte[1]);
        byte[] byMallory = SealedRecord.seal(mallory, bob.peerId(), KEY, 1, EXPIRY, new byte[1]);
        byte[] forAnotherKey = SealedRecord.seal(alice, bob.peerId(), new byte[] {1}, 1, EXPIRY, new byte[1]);
        byte[] damaged = good(1);
        damaged[damaged.length - 1] ^= 1;

        assertRejected(RejectReason.NOT_FOR_US, forMallory);
        assertRejected(RejectReason.NOT_FOR_US, byMallory);
        assertRejected(RejectReason.NOT_FOR_US, forAnotherKey);
        assertRejected(RejectReason.NOT_FOR_US, damaged);
    }

    @Test
    void shouldCountRecordsThatNameAnotherPublisher() {
        byte[] fields = Crafted.fields(mallory.peerId(), 1, EXPIRY, new byte[1]);

        assertRejected(
                RejectReason.WRONG_PUBLISHER, Crafted.sealed(mallory, alice.peerId(), bob.peerId(), KEY, fields));
    }

    @Test
    void shouldCountRecordsThatTheirPublisherDidNotSign() {
        byte[] fields = Crafted.fields(alice.peerId(), 1, EXPIRY, new byte[1]);
        byte[] signedForMallory = Crafted.join(
                fields, alice.signingKey().sign(Crafted.join("another use of the key".getBytes(UTF_8), fields)));

        assertRejected(RejectReason.BAD_SIGNATURE, Crafted.sealed(mallory, alice.peerId(), bob.peerId(), KEY, fields));
        assertRejected(RejectReason.BAD_SIGNATURE, Crafted.seal(alice.peerId(), bob.peerId(), KEY, signedForMallory));
    }

    @Test
    void shouldNotLetARecipientPassARecordOn() {
        // Bob opens what Alice sealed to him, and seals the signed inside again, to Mallory.
        byte[] fields = Crafted.fields(alice.peerId(), 1, EXPIRY, new byte[1]);
        byte[] header = {1, 1};
        byte[] toBob = Crafted.join(
                "culvert1 sealed record".getBytes(UTF_8),
                header,
                KEY,
                bob.peerId().toBytes(),
                fields);
        byte[] passedOn = Crafted.seal(
                alice.peerId(),
                mallory.peerId(),
                KEY,
                Crafted.join(fields, alice.signingKey().sign(toBob)));

        assertEquals(
                new RecordVerdict.Rejected(RejectReason.BAD_SIGNATURE),
                SealedRecord.open(mallory, alice.peerId(), KEY, passedOn, NOW, 0));
    }

    @Test
    void shouldCountExpiredRecords() {
        assertRejected(RejectReason.EXPIRED, withExpiry(NOW));
        assertRejected(RejectReason.EXPIRED, withExpiry(NOW.minusSeconds(1)));
        assertEquals(
                1,
                opener.open(alice.peerId(), KEY, List.of(withExpiry(NOW.plusSeconds(1))), NOW, 0)
                        .size());
    }

    @Test
    void shouldTurnDownAnExpiryTooFarAhead() {
        Instant limit = NOW.plus(SignedBody.MAX_LIFE).plus(SignedBody.CLOCK_SLACK);

        assertRejected(RejectReason.MALFORMED, withExpiry(limit.plusSeconds(1)));
        assertRejected(RejectReason.MALFORMED, withExpiry(Instant.MAX));
        assertEquals(
                1,
                opener.open(alice.peerId(), KEY, List.of(withExpiry(limit)), NOW, 0)
                        .size());
        assertTrue(SignedBody.MAX_LIFE.compareTo(Duration.ofDays(7)) == 0);
    }

    @Test
    void shouldCountReplayedRecords() {
        assertRejected(RejectReason.REPLAYED, good(6), 7);
        assertEquals(
                1, opener.open(alice.peerId(), KEY, List.of(good(7)), NOW, 7).size());
    }

    @Test
    void shouldBoundTheOpeningAttemptsOfOneGet() {
        List<byte[]> flood = new java.util.ArrayList<>(Collections.nCopies(20, new byte[100]));
        flood.add(good(1));

        assertEquals(List.of(), opener.open(alice.peerId(), KEY, flood, NOW, 0));

        assertEquals(8, counters.get(RejectReason.UNSUPPORTED));
        assertEquals(13, counters.get(RejectReason.SURPLUS));
    }

    @Test
    void shouldFindTheRecordBesideUpToSevenBadOnes() {
        List<byte[]> values = new java.util.ArrayList<>(Collections.nCopies(7, new byte[100]));
        values.add(good(1));

        assertEquals(1, opener.open(alice.peerId(), KEY, values, NOW, 0).size());
    }

    @Test
    void shouldRejectPublicRecordsForTheSameReasons() {
        byte[] record = PublicRecord.sign(alice, KEY, 4, EXPIRY, new byte[] {5});
        byte[] damaged = record.clone();
        damaged[damaged.length - 1] ^= 1;
        byte[] byMallory = PublicRecord.sign(mallory, KEY, 4, EXPIRY, new byte[] {5});
        byte[] forged = Crafted.publicRecord(mallory, KEY, Crafted.fields(alice.peerId(), 4, EXPIRY, new byte[] {5}));
        byte[] expired = PublicRecord.sign(alice, KEY, 4, NOW, new byte[] {5});
        byte[] sealed = good(4);

        Map<RejectReason, byte[]> bad = Map.of(
                RejectReason.WRONG_PUBLISHER, byMallory,
                RejectReason.BAD_SIGNATURE, forged,
                RejectReason.EXPIRED, expired,
                RejectReason.UNSUPPORTED, sealed,
                RejectReason.MALFORMED, new byte[] {1, 0, 0});

        bad.forEach((reason, value) -> assertEquals(
                new RecordVerdict.Rejected(reason), PublicRecord.verify(alice.peerId(), KEY, value, NOW, 0)));
        assertEquals(
                new RecordVerdict.Rejected(RejectReason.BAD_SIGNATURE),
                PublicRecord.verify(alice.peerId(), KEY, damaged, NOW, 0));
        assertEquals(
                new RecordVerdict.Rejected(RejectReason.REPLAYED),
                PublicRecord.verify(alice.peerId(), KEY, record, NOW, 5));
        assertTrue(PublicRecord.verify(alice.peerId(), KEY, record, NOW, 4)
                .verified()
                .isPresent());
    }
}
