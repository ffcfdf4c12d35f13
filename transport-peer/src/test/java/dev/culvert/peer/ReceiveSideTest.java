package dev.culvert.peer;

import static dev.culvert.peer.ReceiveSide.Verdict.DUPLICATE;
import static dev.culvert.peer.ReceiveSide.Verdict.MALFORMED;
import static dev.culvert.peer.ReceiveSide.Verdict.REFUSED;
import static dev.culvert.peer.ReceiveSide.Verdict.TAKEN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.MessageId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The receiving half, packet by packet, hostile ones among them. */
class ReceiveSideTest {
    private static final int LIMIT = 100_000;
    private static final byte FIRST = Packets.FIRST;
    private static final byte LAST = Packets.LAST;
    private static final byte BOTH = Packets.FIRST | Packets.LAST;

    private final ReceiveSide receiving = new ReceiveSide(LIMIT);
    private final List<byte[]> messages = new ArrayList<>();

    private ReceiveSide.Verdict give(ByteBuffer packet) {
        return receiving.onData(packet, (id, payload) -> messages.add(payload));
    }

    private static ByteBuffer segment(long sequence, byte flags, byte... content) {
        return ByteBuffer.allocate(Packets.DATA_HEAD + content.length)
                .put(Packets.DATA)
                .putLong(sequence)
                .put(flags)
                .put(content)
                .flip();
    }

    private static ByteBuffer first(long sequence, byte flags, int announced, byte... content) {
        ByteBuffer head = ByteBuffer.allocate(Packets.MESSAGE_HEAD + content.length);
        new MessageId(1, sequence).writeTo(head);
        return segment(sequence, flags, head.putInt(announced).put(content).array());
    }

    private record Ack(long expected, long beyond, long handled) {}

    private Ack ack() {
        ByteBuffer ack = receiving.ack();
        assertEquals(Packets.ACK_LENGTH, ack.remaining());
        assertEquals(Packets.ACK, ack.get());
        return new Ack(ack.getLong(), ack.getLong(), ack.getLong());
    }

    @Test
    void shouldJoinSegmentsThatComeInAnyOrder() {
        assertEquals(TAKEN, give(segment(2, LAST, (byte) 4)));
        assertEquals(TAKEN, give(segment(1, (byte) 0, (byte) 2, (byte) 3)));
        assertEquals(new Ack(0, 0b11, 0), ack());
        assertEquals(TAKEN, give(first(0, FIRST, 4, (byte) 1)));

        assertEquals(1, messages.size());
        assertArrayEquals(new byte[] {1, 2, 3, 4}, messages.get(0));
        assertEquals(new Ack(3, 0, 0), ack());
        receiving.onHandled(4);
        assertEquals(new Ack(3, 0, 1), ack());
    }

    @Test
    void shouldTellDuplicates() {
        assertEquals(TAKEN, give(first(0, BOTH, 0)));
        assertEquals(DUPLICATE, give(first(0, BOTH, 0)));
        assertEquals(TAKEN, give(first(2, BOTH, 0)));
        assertEquals(DUPLICATE, give(first(2, BOTH, 0)));

        assertEquals(1, messages.size());
    }

    @Test
    void shouldSayWhatCameBeyondAnAckOf64Bits() {
        give(first(1, BOTH, 0));
        give(first(64, BOTH, 0));
        give(first(65, BOTH, 0));
        give(first(200, BOTH, 0));

        assertEquals(new Ack(0, 1L | 1L << 63, 0), ack());
    }

    @Test
    void shouldRefuseWhatIsOutsideTheWindow() {
        assertEquals(TAKEN, give(first(SendSide.MAX_WINDOW - 1, BOTH, 0)));
        assertEquals(REFUSED, give(first(SendSide.MAX_WINDOW, BOTH, 0)));
        assertEquals(REFUSED, give(first(Long.MAX_VALUE, BOTH, 0)));
        assertEquals(TAKEN, give(first(0, BOTH, 0)));
        assertEquals(TAKEN, give(first(SendSide.MAX_WINDOW, BOTH, 0)));
    }

    @Test
    void shouldRefuseWhileTheAppIsBehindAndTakeWhenItHasCaughtUp() {
        ReceiveSide large = new ReceiveSide(2 * ReceiveSide.MAX_UNHANDLED_BYTES);
        byte[] half = new byte[ReceiveSide.MAX_UNHANDLED_BYTES / 2 + 1];
        assertEquals(TAKEN, large.onData(first(0, BOTH, half.length, half), (id, payload) -> messages.add(payload)));
        assertEquals(TAKEN, large.onData(first(1, BOTH, half.length, half), (id, payload) -> messages.add(payload)));
        assertEquals(REFUSED, large.onData(first(2, BOTH, 0), (id, payload) -> messages.add(payload)));

        large.onHandled(half.length);

        assertEquals(TAKEN, large.onData(first(2, BOTH, 0), (id, payload) -> messages.add(payload)));
        assertEquals(3, messages.size());
    }

    @Test
    void shouldRefuseEmptyMessagesTooWhenTheAppIsFarBehind() {
        int taken = 0;
        while (taken < 1_000_000 && give(first(taken, BOTH, 0)) == TAKEN) {
            taken++;
        }

        assertTrue(taken < 1_000_000, "messages without content are kept without bound");
        int before = taken;
        for (int i = 0; i < before; i++) {
            receiving.onHandled(0);
        }
        assertEquals(TAKEN, give(first(taken, BOTH, 0)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 9})
    void shouldCallATruncatedPacketMalformed(int length) {
        ByteBuffer packet = segment(0, BOTH);
        packet.limit(length);

        assertEquals(MALFORMED, give(packet));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 19})
    void shouldCallATruncatedMessageHeadMalformed(int length) {
        assertEquals(MALFORMED, give(segment(0, FIRST, new byte[length])));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE})
    void shouldCallANegativeSequenceMalformed(long sequence) {
        assertEquals(MALFORMED, give(first(sequence, BOTH, 0)));
    }

    @ParameterizedTest
    @ValueSource(ints = {LIMIT + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
    void shouldCallAnAnnouncedLengthOutsideTheLimitMalformed(int announced) {
        assertEquals(MALFORMED, give(first(0, FIRST, announced)));
        assertEquals(List.of(), messages);
    }

    @Test
    void shouldTakeAMessageOfExactlyTheLimit() {
        assertEquals(TAKEN, give(first(0, BOTH, LIMIT, new byte[LIMIT])));
        assertEquals(LIMIT, messages.get(0).length);
    }

    @Test
    void shouldCallAFirstSegmentInsideAMessageMalformed() {
        assertEquals(TAKEN, give(first(0, FIRST, 10, (byte) 1)));
        assertEquals(MALFORMED, give(first(1, BOTH, 0)));
    }

    @Test
    void shouldCallALaterSegmentWithoutAMessageMalformed() {
        assertEquals(MALFORMED, give(segment(0, LAST, (byte) 1)));
    }

    @Test
    void shouldCallMoreThanWasAnnouncedMalformed() {
        assertEquals(TAKEN, give(first(0, FIRST, 3, (byte) 1, (byte) 2)));
        assertEquals(MALFORMED, give(segment(1, LAST, (byte) 3, (byte) 4)));
        assertEquals(List.of(), messages);
    }

    @Test
    void shouldCallLessThanWasAnnouncedMalformed() {
        assertEquals(MALFORMED, give(first(0, BOTH, 3, (byte) 1, (byte) 2)));
        assertEquals(List.of(), messages);
    }

    @Test
    void shouldFindAMalformedSegmentThatWaitedForItsTurn() {
        assertEquals(TAKEN, give(segment(1, LAST, (byte) 1)));
        assertEquals(MALFORMED, give(first(0, BOTH, 0)));
    }
}
