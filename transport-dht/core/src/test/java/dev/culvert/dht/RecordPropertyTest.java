package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.culvert.identity.Identity;
import java.time.Instant;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** Whatever bytes come from the DHT: a verdict, and never an acceptance of what was not signed. */
class RecordPropertyTest {
    private static final Instant NOW = Instant.parse("2026-11-15T12:00:00Z");
    private static final Identity ALICE = Identity.generate();
    private static final Identity BOB = Identity.generate();
    private static final byte[] KEY = new byte[64];

    private static RecordVerdict open(byte[] value) {
        return SealedRecord.open(BOB, ALICE.peerId(), KEY, value, NOW, 0);
    }

    private static RecordVerdict verifyPublic(byte[] value) {
        return PublicRecord.verify(ALICE.peerId(), KEY, value, NOW, 0);
    }

    private static byte[] sealed(byte[] payload) {
        return SealedRecord.seal(ALICE, BOB.peerId(), KEY, 7, NOW.plusSeconds(60), payload);
    }

    private static byte[] sealedXWing(byte[] payload) {
        return SealedRecord.seal(ALICE, BOB.peerId(), BOB.sealingKey(), KEY, 7, NOW.plusSeconds(60), payload);
    }

    private static byte[] signed(byte[] payload) {
        return PublicRecord.sign(ALICE, KEY, 7, NOW.plusSeconds(60), payload);
    }

    @Property(tries = 500)
    void shouldRejectRandomBytes(@ForAll @Size(max = 400) byte[] bytes) {
        assertInstanceOf(RecordVerdict.Rejected.class, open(bytes));
        assertInstanceOf(RecordVerdict.Rejected.class, verifyPublic(bytes));
    }

    @Property(tries = 500)
    void shouldRejectRandomBytesBehindAGoodHeader(@ForAll @Size(max = 400) byte[] bytes) {
        assertInstanceOf(RecordVerdict.Rejected.class, open(Crafted.join(new byte[] {1, 1}, bytes)));
        assertInstanceOf(RecordVerdict.Rejected.class, verifyPublic(Crafted.join(new byte[] {1, 0}, bytes)));
    }

    @Property(tries = 500)
    void shouldRejectRandomBytesThatAreSealedToUs(@ForAll @Size(max = 300) byte[] inside) {
        byte[] value = Crafted.seal(ALICE.peerId(), BOB.peerId(), KEY, inside);

        assertInstanceOf(RecordVerdict.Rejected.class, open(value));
    }

    @Property(tries = 500)
    void shouldGiveAVerdictOnRandomFieldsThatAreSigned(@ForAll @Size(max = 100) byte[] fields) {
        byte[] value = Crafted.sealed(ALICE, ALICE.peerId(), BOB.peerId(), KEY, fields);

        assertInstanceOf(RecordVerdict.Rejected.class, open(value));
    }

    @Property(tries = 500)
    void shouldRejectARecordWithAnyBitChanged(
            @ForAll @Size(max = 100) byte[] payload,
            @ForAll @IntRange(max = 100_000) int place,
            @ForAll @IntRange(max = 7) int bit) {
        byte[] sealed = sealed(payload);
        sealed[place % sealed.length] ^= (byte) (1 << bit);
        byte[] signed = signed(payload);
        signed[place % signed.length] ^= (byte) (1 << bit);

        assertInstanceOf(RecordVerdict.Rejected.class, open(sealed));
        assertInstanceOf(RecordVerdict.Rejected.class, verifyPublic(signed));
    }

    @Property(tries = 500)
    void shouldRejectAnXWingRecordWithAnyBitChanged(
            @ForAll @Size(max = 100) byte[] payload,
            @ForAll @IntRange(max = 100_000) int place,
            @ForAll @IntRange(max = 7) int bit) {
        byte[] sealed = sealedXWing(payload);
        sealed[place % sealed.length] ^= (byte) (1 << bit);

        assertInstanceOf(RecordVerdict.Rejected.class, open(sealed));
    }

    @Property(tries = 200)
    void shouldRejectAnXWingRecordThatWasCutOrExtendedAndRandomBytesBehindItsHeader(
            @ForAll @Size(max = 100) byte[] payload,
            @ForAll @IntRange(max = 100_000) int length,
            @ForAll @Size(min = 1, max = 1400) byte[] tail) {
        byte[] sealed = sealedXWing(payload);

        assertInstanceOf(RecordVerdict.Rejected.class, open(Arrays.copyOf(sealed, length % sealed.length)));
        assertInstanceOf(RecordVerdict.Rejected.class, open(Crafted.join(sealed, tail)));
        assertInstanceOf(RecordVerdict.Rejected.class, open(Crafted.join(new byte[] {1, 2}, tail)));
    }

    @Property(tries = 300)
    void shouldRejectARecordThatWasCutOrExtended(
            @ForAll @Size(max = 100) byte[] payload,
            @ForAll @IntRange(max = 100_000) int length,
            @ForAll @Size(min = 1, max = 40) byte[] tail) {
        byte[] sealed = sealed(payload);
        byte[] signed = signed(payload);

        assertInstanceOf(RecordVerdict.Rejected.class, open(Arrays.copyOf(sealed, length % sealed.length)));
        assertInstanceOf(RecordVerdict.Rejected.class, open(Crafted.join(sealed, tail)));
        assertInstanceOf(RecordVerdict.Rejected.class, verifyPublic(Arrays.copyOf(signed, length % signed.length)));
        assertInstanceOf(RecordVerdict.Rejected.class, verifyPublic(Crafted.join(signed, tail)));
    }

    @Property(tries = 300)
    void shouldReadBackWhatWasPublished(
            @ForAll @Size(max = 2000) byte[] payload,
            @ForAll @LongRange(min = 1) long sequence,
            @ForAll @LongRange(min = 1, max = 7 * 24 * 3600) long seconds) {
        Instant expiry = NOW.plusSeconds(seconds);

        VerifiedRecord sealed = open(SealedRecord.seal(ALICE, BOB.peerId(), KEY, sequence, expiry, payload))
                .verified()
                .orElseThrow();
        VerifiedRecord signed = verifyPublic(PublicRecord.sign(ALICE, KEY, sequence, expiry, payload))
                .verified()
                .orElseThrow();

        assertArrayEquals(payload, sealed.payload());
        assertArrayEquals(payload, signed.payload());
        if (sealed.sequence() != sequence
                || signed.sequence() != sequence
                || !sealed.expiry().equals(expiry)) {
            throw new AssertionError(sealed + " " + signed);
        }
    }
}
