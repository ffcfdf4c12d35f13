package dev.culvert.ice.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class StunMessageTest {
    private static final byte[] KEY = Rfc5769.PASSWORD.getBytes(UTF_8);
    private static final byte[] ID = new byte[12];

    private final StunClassifier classifier = new StunClassifier();

    private static StunMessage parsed(byte[] bytes) {
        return StunMessage.parse(bytes).orElseThrow();
    }

    @Test
    void shouldReadTheRequestOfRfc5769() {
        StunMessage request = parsed(Rfc5769.request());

        assertEquals(StunMessage.Kind.REQUEST, request.kind());
        assertEquals("evtj", request.receiverUfrag());
        assertTrue(request.isAuthenticWith(KEY));
        assertFalse(request.isAuthenticWith("VOkJxbRl1RmTxUk/WvJxBu".getBytes(UTF_8)));
        assertTrue(classifier.hasFingerprint(ByteBuffer.wrap(Rfc5769.request())));
        assertEquals(new TransactionId(0xb7e7a701, 0xbc34d686fa87dfaeL), request.transactionId());
    }

    @Test
    void shouldReadTheIpv4ResponseOfRfc5769() {
        StunMessage response = parsed(Rfc5769.responseIpv4());

        assertEquals(StunMessage.Kind.SUCCESS, response.kind());
        assertEquals(
                new InetSocketAddress("192.0.2.1", 32_853),
                response.mappedAddress().orElseThrow());
        assertTrue(response.isAuthenticWith(KEY));
        assertTrue(classifier.hasFingerprint(ByteBuffer.wrap(Rfc5769.responseIpv4())));
        assertNull(response.receiverUfrag());
    }

    @Test
    void shouldReadTheIpv6ResponseOfRfc5769() {
        StunMessage response = parsed(Rfc5769.responseIpv6());

        assertEquals(
                new InetSocketAddress("2001:db8:1234:5678:11:2233:4455:6677", 32_853),
                response.mappedAddress().orElseThrow());
        assertTrue(response.isAuthenticWith(KEY));
        assertTrue(classifier.hasFingerprint(ByteBuffer.wrap(Rfc5769.responseIpv6())));
    }

    @Test
    void shouldRefuseTheVectorWithAnyProtectedByteChanged() {
        byte[] original = Rfc5769.request();
        int integrityAt = original.length - 8 - 24;
        for (int at = 0; at < integrityAt; at++) {
            byte[] changed = original.clone();
            changed[at] ^= 1;
            StunMessage message = StunMessage.parse(changed).orElse(null);
            assertFalse(message != null && message.isAuthenticWith(KEY), "byte " + at + " is not protected");
            assertFalse(classifier.hasFingerprint(ByteBuffer.wrap(changed)), "byte " + at + " is not in the CRC");
        }
    }

    @Test
    void shouldTellTheFourKindsApart() {
        assertEquals(
                StunMessage.Kind.REQUEST,
                parsed(new StunWriter(StunWriter.BINDING_REQUEST, ID).bytes()).kind());
        assertEquals(
                StunMessage.Kind.INDICATION,
                parsed(new StunWriter(StunWriter.BINDING_INDICATION, ID).bytes())
                        .kind());
        assertEquals(
                StunMessage.Kind.SUCCESS,
                parsed(new StunWriter(StunWriter.BINDING_SUCCESS, ID).bytes()).kind());
        assertEquals(
                StunMessage.Kind.ERROR,
                parsed(new StunWriter(StunWriter.BINDING_ERROR, ID).bytes()).kind());
    }

    @Test
    void shouldReadNothingBehindTheIntegrity() {
        InetSocketAddress forged = new InetSocketAddress("203.0.113.9", 9);
        byte[] bytes = new StunWriter(StunWriter.BINDING_SUCCESS, ID)
                .integrity(Rfc5769.PASSWORD)
                .xorMapped(forged)
                .username("forged:x")
                .fingerprint()
                .bytes();

        StunMessage message = parsed(bytes);

        assertTrue(message.isAuthenticWith(KEY));
        assertTrue(message.mappedAddress().isEmpty(), "an address that the integrity does not cover was read");
        assertNull(message.receiverUfrag());
    }

    @Test
    void shouldCutOffWhatTheIntegrityDoesNotCover() {
        byte[] genuine = new StunWriter(StunWriter.BINDING_REQUEST, ID)
                .username("a:b")
                .integrity(Rfc5769.PASSWORD)
                .bytes();
        byte[] extended = new StunWriter(StunWriter.BINDING_REQUEST, ID)
                .username("a:b")
                .integrity(Rfc5769.PASSWORD)
                .attribute(0x0025, new byte[0])
                .fingerprint()
                .bytes();

        assertTrue(parsed(extended).isAuthenticWith(KEY));
        assertArrayEquals(genuine, parsed(extended).coveredBytes());
        assertArrayEquals(genuine, parsed(genuine).coveredBytes());
        byte[] bare = success().fingerprint().bytes();
        assertArrayEquals(bare, parsed(bare).coveredBytes());
    }

    @Test
    void shouldPreferTheXoredAddressAndTakeThePlainOneFromOldServers() {
        InetSocketAddress plain = new InetSocketAddress("192.0.2.1", 1);
        InetSocketAddress xored = new InetSocketAddress("192.0.2.2", 2);

        assertEquals(
                xored,
                parsed(success().mapped(plain).xorMapped(xored).bytes())
                        .mappedAddress()
                        .orElseThrow());
        assertEquals(
                xored,
                parsed(success().xorMapped(xored).mapped(plain).bytes())
                        .mappedAddress()
                        .orElseThrow());
        assertEquals(
                plain, parsed(success().mapped(plain).bytes()).mappedAddress().orElseThrow());
    }

    private static StunWriter success() {
        return new StunWriter(StunWriter.BINDING_SUCCESS, ID);
    }

    @Test
    void shouldIgnoreAnAddressOfTheWrongLengthOrFamily() {
        assertTrue(parsed(success().attribute(0x0020, new byte[7]).bytes())
                .mappedAddress()
                .isEmpty());
        assertTrue(parsed(success().attribute(0x0020, new byte[8]).bytes())
                .mappedAddress()
                .isEmpty());
        assertTrue(parsed(success().attribute(0x0020, new byte[0]).bytes())
                .mappedAddress()
                .isEmpty());
    }

    @Test
    void shouldRefuseAttributesThatOverrunOrContradict() {
        byte[] overrun = success().attribute(0x8022, new byte[4]).bytes();
        overrun[23] = 5;
        assertTrue(StunMessage.parse(overrun).isEmpty(), "longer than the message");
        overrun[22] = (byte) 0xff;
        overrun[23] = (byte) 0xff;
        assertTrue(StunMessage.parse(overrun).isEmpty(), "65535 bytes");

        StunWriter request = new StunWriter(StunWriter.BINDING_REQUEST, ID);
        assertTrue(StunMessage.parse(request.username("a:b").username("c:d").bytes())
                .isEmpty());
        assertTrue(StunMessage.parse(success().attribute(0x0008, new byte[16]).bytes())
                .isEmpty());
        assertTrue(StunMessage.parse(success().attribute(0x0006, new byte[509]).bytes())
                .isEmpty());
    }

    @Test
    void shouldHaveNoReceiverWithoutAColonOrBeforeIt() {
        for (String username : new String[] {"nocolon", ":second", "", ":"}) {
            StunMessage request = parsed(new StunWriter(StunWriter.BINDING_REQUEST, ID)
                    .username(username)
                    .bytes());
            assertNull(request.receiverUfrag(), () -> "of \"" + username + "\"");
        }
    }

    @Test
    void shouldBeAuthenticToNobodyWithoutIntegrity() {
        assertFalse(parsed(success().fingerprint().bytes()).isAuthenticWith(KEY));
    }

    @Test
    void shouldNotLookLikeStunWhenTheHeaderIsWrong() {
        byte[] good = Rfc5769.request();
        assertTrue(StunClassifier.looksLikeStun(ByteBuffer.wrap(good)));
        for (int at : new int[] {0, 4, 5, 6, 7}) {
            byte[] bad = good.clone();
            bad[at] ^= (byte) 0xC0;
            assertFalse(StunClassifier.looksLikeStun(ByteBuffer.wrap(bad)), "byte " + at);
        }
        byte[] length = good.clone();
        length[3] = (byte) (length[3] + 4);
        assertFalse(StunClassifier.looksLikeStun(ByteBuffer.wrap(length)));
        assertFalse(StunClassifier.looksLikeStun(ByteBuffer.wrap(good, 0, 19)));
        assertFalse(StunClassifier.looksLikeStun(ByteBuffer.allocate(0)));
    }

    @Test
    void shouldLeaveTheBufferAsItWas() {
        byte[] framed = new byte[Rfc5769.request().length + 10];
        System.arraycopy(Rfc5769.request(), 0, framed, 5, framed.length - 10);
        ByteBuffer buffer = ByteBuffer.wrap(framed, 5, framed.length - 10);

        assertTrue(StunClassifier.looksLikeStun(buffer));
        assertTrue(classifier.hasFingerprint(buffer));

        assertEquals(5, buffer.position());
        assertEquals(framed.length - 5, buffer.limit());
    }

    @Test
    void shouldWriteABindingRequestThatIsOne() {
        TransactionId id = new TransactionId(1, 2);
        ByteBuffer request = BindingMessages.probe(id);
        byte[] bytes = new byte[request.remaining()];
        request.get(bytes);

        assertEquals(StunMessage.Kind.REQUEST, parsed(bytes).kind());
        assertEquals(id, parsed(bytes).transactionId());
    }

    @Property(tries = 3_000)
    void shouldNeverThrowOnAMutatedMessage(@ForAll("mutated") byte[] bytes) {
        readAll(bytes);
    }

    @Property(tries = 1_000)
    void shouldNeverThrowOnAnyBytes(@ForAll @Size(max = 200) byte[] bytes) {
        readAll(bytes);
    }

    /** What looks like STUN and is filled with anything gets further than random bytes. */
    @Property(tries = 3_000)
    void shouldNeverThrowOnAnyAttributes(@ForAll @Size(max = 200) byte[] attributes) {
        byte[] padded = new byte[20 + (attributes.length & ~3)];
        ByteBuffer.wrap(padded)
                .putShort((short) StunWriter.BINDING_SUCCESS)
                .putShort((short) (padded.length - 20))
                .putInt(0x2112A442)
                .position(20)
                .put(attributes, 0, padded.length - 20);
        readAll(padded);
    }

    private void readAll(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (StunClassifier.looksLikeStun(buffer)) {
            classifier.hasFingerprint(buffer);
        }
        StunMessage.parse(bytes).ifPresent(message -> {
            assertNotNull(message.kind());
            assertNotNull(message.transactionId());
            assertNotNull(message.mappedAddress());
            message.receiverUfrag();
            message.isAuthenticWith(KEY);
        });
    }

    @Provide
    Arbitrary<byte[]> mutated() {
        Arbitrary<byte[]> vector = Arbitraries.of(Rfc5769.request(), Rfc5769.responseIpv4(), Rfc5769.responseIpv6());
        // Mostly attributes: with a broken header the rest is not looked at.
        Arbitrary<Integer> at = Arbitraries.integers().between(0, 107);
        return Combinators.combine(
                        vector,
                        at.list().ofMaxSize(6),
                        Arbitraries.bytes(),
                        Arbitraries.integers().between(0, 8))
                .as((original, places, value, cut) -> {
                    byte[] changed = new byte[original.length - 4 * cut];
                    System.arraycopy(original, 0, changed, 0, changed.length);
                    changed[3] = (byte) (changed.length - 20);
                    places.forEach(place -> changed[place % changed.length] = (byte) (value + place));
                    return changed;
                });
    }

    private static final int PRIORITY = 0x0024;
    private static final int CONTROLLING = 0x802A;
    private static final int CONTROLLED = 0x8029;

    private static StunMessage check(int type, int... attributes) {
        StunWriter writer = new StunWriter(type, ID).username("near:far");
        for (int attribute : attributes) {
            writer.attribute(attribute, new byte[attribute == PRIORITY ? 4 : 8]);
        }
        return parsed(writer.integrity(Rfc5769.PASSWORD).fingerprint().bytes());
    }

    @Test
    void shouldKnowAPlainCheckByItsSendersRole() {
        StunMessage ofControlling = check(StunWriter.BINDING_REQUEST, PRIORITY, CONTROLLING);
        StunMessage ofControlled = check(StunWriter.BINDING_REQUEST, PRIORITY, CONTROLLED);

        assertTrue(ofControlling.isPlainCheck(false));
        assertFalse(ofControlling.isPlainCheck(true), "a role conflict");
        assertTrue(ofControlled.isPlainCheck(true));
        assertFalse(ofControlled.isPlainCheck(false), "a role conflict");
    }

    @Test
    void shouldTakeNothingElseForAPlainCheck() {
        for (StunMessage message : new StunMessage[] {
            check(StunWriter.BINDING_REQUEST, PRIORITY, CONTROLLING, 0x0025), // USE-CANDIDATE
            check(StunWriter.BINDING_REQUEST, PRIORITY, CONTROLLING, 0x7FFF), // to be understood, and unknown
            check(StunWriter.BINDING_REQUEST, PRIORITY, CONTROLLING, CONTROLLED),
            check(StunWriter.BINDING_REQUEST, PRIORITY), // no role
            check(StunWriter.BINDING_REQUEST, CONTROLLING), // no priority
            check(StunWriter.BINDING_SUCCESS, PRIORITY, CONTROLLING),
            check(StunWriter.BINDING_INDICATION, PRIORITY, CONTROLLING),
            check(StunWriter.BINDING_ERROR, PRIORITY, CONTROLLING),
            check(0x0003, PRIORITY, CONTROLLING), // Allocate
            check(0x0201, PRIORITY, CONTROLLING), // a method in the upper bits
        }) {
            assertFalse(message.isPlainCheck(false), () -> message.kind() + " of " + message.bytes().length + " bytes");
            assertFalse(message.isPlainCheck(true));
        }
        assertTrue(
                check(StunWriter.BINDING_REQUEST, PRIORITY, CONTROLLING, 0xC057).isPlainCheck(false),
                "one to be ignored");
    }

    @Test
    void shouldTakeNoRoleOfTheWrongLength() {
        byte[] bytes = new StunWriter(StunWriter.BINDING_REQUEST, ID)
                .attribute(PRIORITY, new byte[4])
                .attribute(CONTROLLING, new byte[3])
                .bytes();

        assertFalse(parsed(bytes).isPlainCheck(false));
    }

    @Test
    void shouldKnowTheSuccessOfABindingAndTheReasonOfARefusal() {
        assertTrue(
                parsed(new StunWriter(StunWriter.BINDING_SUCCESS, ID).bytes()).isBindingSuccess());
        assertFalse(parsed(new StunWriter(0x0103, ID).bytes()).isBindingSuccess(), "of an Allocate");
        assertFalse(parsed(new StunWriter(StunWriter.BINDING_ERROR, ID).bytes()).isBindingSuccess());

        assertEquals(
                487,
                parsed(new StunWriter(StunWriter.BINDING_ERROR, ID).error(487).bytes())
                        .errorCode());
        assertEquals(
                0, parsed(new StunWriter(StunWriter.BINDING_ERROR, ID).bytes()).errorCode());
        byte[] brief = new StunWriter(StunWriter.BINDING_ERROR, ID)
                .attribute(0x0009, new byte[2])
                .bytes();
        assertEquals(0, parsed(brief).errorCode());
    }
}
