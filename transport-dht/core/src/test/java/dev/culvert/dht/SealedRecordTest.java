package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageTooLargeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealedRecordTest {
    private static final Instant NOW = Instant.parse("2026-11-15T12:00:00Z");
    private static final Instant EXPIRY = NOW.plus(Duration.ofDays(1));
    private static final byte[] KEY = bytes(64);

    private final Identity alice = Identity.generate();
    private final Identity bob = Identity.generate();

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private RecordVerdict open(byte[] record) {
        return SealedRecord.open(bob, alice.peerId(), KEY, record, NOW, 0);
    }

    private byte[] craftedFields(byte[]... extra) {
        return Crafted.join(Crafted.fields(alice.peerId(), 9, EXPIRY, new byte[] {1, 2}), Crafted.join(extra));
    }

    private RecordVerdict openCrafted(byte[] fields) {
        return open(Crafted.sealed(alice, alice.peerId(), bob.peerId(), KEY, fields));
    }

    private static void assertMalformed(RecordVerdict verdict) {
        assertEquals(new RecordVerdict.Rejected(RejectReason.MALFORMED), verdict);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 900, 16_383, 16_384, 65_000, 256 * 1024})
    void shouldAddNoMoreThanTwoHundredBytes(int length) {
        byte[] payload = bytes(length);

        byte[] record = SealedRecord.seal(alice, bob.peerId(), KEY, NOW.toEpochMilli(), EXPIRY, payload);

        int overhead = record.length - length;
        assertTrue(overhead >= 190 && overhead <= SealedRecord.MAX_OVERHEAD, "overhead " + overhead);
        assertEquals(record.length, SealedRecord.length(NOW.toEpochMilli(), EXPIRY, length));
        VerifiedRecord verified = open(record).verified().orElseThrow();
        assertArrayEquals(payload, verified.payload());
        assertEquals(NOW.toEpochMilli(), verified.sequence());
        assertEquals(EXPIRY, verified.expiry());
        assertEquals(alice.peerId(), verified.publisher());
    }

    @Test
    void shouldStayUnderTwoHundredBytesWithTheLargestNumbers() {
        byte[] payload = bytes(SealedRecord.MAX_PAYLOAD);

        byte[] record = SealedRecord.seal(alice, bob.peerId(), KEY, Long.MAX_VALUE, EXPIRY, payload);

        assertTrue(
                record.length - payload.length <= SealedRecord.MAX_OVERHEAD,
                "overhead " + (record.length - payload.length));
    }

    @ParameterizedTest
    @ValueSource(ints = {196, 197, 323, 324, 325, 326, 996, 16_580, 16_581, 16_582, 16_583, 65_000})
    void shouldSayExactlyHowMuchFits(int limit) {
        long sequence = NOW.toEpochMilli();

        int payload = SealedRecord.maxPayload(limit, sequence, EXPIRY);

        assertTrue(SealedRecord.seal(alice, bob.peerId(), KEY, sequence, EXPIRY, new byte[payload]).length <= limit);
        assertTrue(SealedRecord.seal(alice, bob.peerId(), KEY, sequence, EXPIRY, new byte[payload + 1]).length > limit);
    }

    @Test
    void shouldRefuseToSealMoreThanTheLargestPayload() {
        byte[] payload = new byte[SealedRecord.MAX_PAYLOAD + 1];

        assertThrows(
                MessageTooLargeException.class, () -> SealedRecord.seal(alice, bob.peerId(), KEY, 1, EXPIRY, payload));
    }

    @Test
    void shouldOpenARecordMadeByHand() {
        VerifiedRecord verified = openCrafted(craftedFields()).verified().orElseThrow();

        assertArrayEquals(new byte[] {1, 2}, verified.payload());
        assertEquals(9, verified.sequence());
    }

    @Test
    void shouldSkipFieldsOfLaterVersions() {
        byte[] fields = Crafted.join(
                Crafted.field(0, (byte) 1),
                craftedFields(Crafted.field(5), Crafted.field(200, bytes(300)), Crafted.field(255, bytes(3))));

        assertInstanceOf(RecordVerdict.Verified.class, openCrafted(fields));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void shouldTurnDownAFieldThatComesTwice(int type) {
        byte[] value = type == Crafted.PUBLISHER ? alice.peerId().toBytes() : new byte[] {9};

        assertMalformed(openCrafted(craftedFields(Crafted.field(type, value))));
    }

    @Test
    void shouldTurnDownAMissingField() {
        byte[] publisher = Crafted.field(Crafted.PUBLISHER, alice.peerId().toBytes());
        byte[] sequence = Crafted.field(Crafted.SEQUENCE, (byte) 9);
        byte[] expiry = Crafted.field(Crafted.EXPIRY, Crafted.number(EXPIRY.getEpochSecond()));
        byte[] payload = Crafted.field(Crafted.PAYLOAD, (byte) 7);

        assertInstanceOf(RecordVerdict.Verified.class, openCrafted(Crafted.join(payload, expiry, sequence, publisher)));
        assertMalformed(openCrafted(Crafted.join(sequence, expiry, payload)));
        assertMalformed(openCrafted(Crafted.join(publisher, expiry, payload)));
        assertMalformed(openCrafted(Crafted.join(publisher, sequence, payload)));
        assertMalformed(openCrafted(Crafted.join(publisher, sequence, expiry)));
        assertMalformed(openCrafted(new byte[0]));
    }

    @Test
    void shouldTurnDownNumbersThatAreNotInTheirShortestForm() {
        byte[] publisher = Crafted.field(Crafted.PUBLISHER, alice.peerId().toBytes());
        byte[] expiry = Crafted.field(Crafted.EXPIRY, Crafted.number(EXPIRY.getEpochSecond()));
        byte[] payload = Crafted.field(Crafted.PAYLOAD, (byte) 7);
        byte[][] wrong = {{0, 9}, {}, {0}, {-1, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0, 0}};

        for (byte[] sequence : wrong) {
            assertMalformed(
                    openCrafted(Crafted.join(publisher, Crafted.field(Crafted.SEQUENCE, sequence), expiry, payload)));
        }
    }

    @Test
    void shouldTurnDownALengthThatIsLongerThanNeededOrThanTheRecord() {
        byte[] longForm = {Crafted.SEQUENCE, (byte) 0x81, 0, 9};
        byte[] tooMany = {77, (byte) 0x80, (byte) 0x80, (byte) 0x80, 1};
        byte[] beyond = {77, 5, 1, 2};
        byte[] cut = {77};

        assertMalformed(openCrafted(Crafted.join(
                Crafted.field(Crafted.PUBLISHER, alice.peerId().toBytes()),
                longForm,
                Crafted.field(Crafted.EXPIRY, Crafted.number(EXPIRY.getEpochSecond())),
                Crafted.field(Crafted.PAYLOAD))));
        assertMalformed(openCrafted(craftedFields(tooMany)));
        assertMalformed(openCrafted(craftedFields(beyond)));
        assertMalformed(openCrafted(craftedFields(cut)));
    }

    @Test
    void shouldBindARecordToItsKey() {
        byte[] record = SealedRecord.seal(alice, bob.peerId(), KEY, 1, EXPIRY, bytes(10));

        assertEquals(
                new RecordVerdict.Rejected(RejectReason.NOT_FOR_US),
                SealedRecord.open(bob, alice.peerId(), otherKey(), record, NOW, 0));
    }

    private static byte[] otherKey() {
        byte[] key = KEY.clone();
        key[63] ^= 1;
        return key;
    }

    @Test
    void shouldNotShowItsPayloadAsText() {
        VerifiedRecord record = new VerifiedRecord(alice.peerId(), 1, EXPIRY, new byte[] {42});

        assertTrue(record.toString().contains("1 bytes"), record.toString());
    }
}
