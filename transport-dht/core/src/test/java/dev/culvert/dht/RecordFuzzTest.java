package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.culvert.identity.Identity;
import java.time.Instant;
import java.util.Arrays;

/**
 * Values that the DHT may return: any bytes, bytes that are sealed to us, and fields that the right publisher has signed
 * and sealed. Each gets a verdict; only what was signed is accepted, as it was signed.
 */
class RecordFuzzTest {
    private static final Instant NOW = Instant.parse("2026-11-15T12:00:00Z");
    private static final long LOWEST_SEQUENCE = 3;
    private static final Identity ALICE = Identity.generate();
    private static final Identity BOB = Identity.generate();
    private static final byte[] KEY = new byte[64];

    @FuzzTest
    void shouldJudgeWhateverIsFound(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        switch (input[0] & 3) {
            case 0 -> {
                assertInstanceOf(RecordVerdict.Rejected.class, open(bytes));
                assertInstanceOf(RecordVerdict.Rejected.class, verifyPublic(bytes));
            }
            case 1 -> {
                assertInstanceOf(
                        RecordVerdict.Rejected.class, open(Crafted.seal(ALICE.peerId(), BOB.peerId(), KEY, bytes)));
                assertInstanceOf(
                        RecordVerdict.Rejected.class, open(Crafted.sealXWing(ALICE.peerId(), BOB, KEY, bytes)));
            }
            case 2 -> judgeSigned(bytes);
            default ->
                judgeSigned(Crafted.join(
                        Crafted.field(Crafted.PUBLISHER, ALICE.peerId().toBytes()), bytes));
        }
    }

    private static void judgeSigned(byte[] fields) {
        RecordVerdict sealed = open(Crafted.sealed(ALICE, ALICE.peerId(), BOB.peerId(), KEY, fields));
        RecordVerdict open = verifyPublic(Crafted.publicRecord(ALICE, KEY, fields));
        RecordVerdict xWing = open(Crafted.sealedXWing(ALICE, ALICE.peerId(), BOB, KEY, fields));
        if (sealed instanceof RecordVerdict.Verified one
                && open instanceof RecordVerdict.Verified two
                && xWing instanceof RecordVerdict.Verified three) {
            assertHolds(three.record());
            assertArrayEquals(one.record().payload(), three.record().payload());
            assertHolds(one.record());
            assertHolds(two.record());
            assertEquals(one.record().sequence(), two.record().sequence());
            assertArrayEquals(one.record().payload(), two.record().payload());
        } else {
            assertEquals(sealed, open, "one form accepts what the other rejects");
            assertEquals(sealed, xWing, "one suite accepts what the other rejects");
        }
    }

    private static void assertHolds(VerifiedRecord record) {
        assertEquals(ALICE.peerId(), record.publisher());
        assertTrue(record.sequence() >= LOWEST_SEQUENCE, "a replay was accepted");
        assertTrue(record.expiry().isAfter(NOW), "an expired record was accepted");
        assertTrue(
                record.expiry()
                        .isBefore(NOW.plus(SignedBody.MAX_LIFE)
                                .plus(SignedBody.CLOCK_SLACK)
                                .plusSeconds(1)),
                "a record that never expires was accepted");
    }

    private static RecordVerdict open(byte[] value) {
        return SealedRecord.open(BOB, ALICE.peerId(), KEY, value, NOW, LOWEST_SEQUENCE);
    }

    private static RecordVerdict verifyPublic(byte[] value) {
        return PublicRecord.verify(ALICE.peerId(), KEY, value, NOW, LOWEST_SEQUENCE);
    }
}
