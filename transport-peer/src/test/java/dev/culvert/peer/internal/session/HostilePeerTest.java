package dev.culvert.peer.internal.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.MessageId;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The peer is who it should be, and wants to harm us: the session ends, says why, and nothing more comes of it. */
@Timeout(60)
class HostilePeerTest {
    private static final byte[] SMALL = {1, 2, 3};
    private static final int MANY = 255; // streams beside the control stream that may be open at once

    private final TwoSessions two = new TwoSessions();
    private final TwoSessions.End victim = two.server;
    private RawPeer raw = new RawPeer(two, two.client);

    @BeforeEach
    void comeUp() throws Exception {
        raw = RawPeer.up(two);
    }

    @AfterEach
    void end() {
        raw.close();
        two.close();
    }

    /** The session has ended for this reason, which is the peer's fault; what comes afterwards is not taken. */
    private void assertBroken(String cause, int messages) throws Exception {
        String said = victim.awaitDown();
        assertTrue(said.contains(cause), said);
        assertEquals(1, victim.counters.malformed.sum());
        assertEquals(0, victim.tls.engines());
        assertEquals(1, raw.closed.get(20, TimeUnit.SECONDS));
        victim.run(() -> {}); // what was under way
        assertEquals(messages, victim.arrived.size());
        assertEquals(List.of(), List.copyOf(victim.afterwards));
    }

    private void sendWhole(long id) {
        QuicStreamChannel stream = raw.open();
        raw.write(stream, RawPeer.message(id, SMALL));
        raw.end(stream);
    }

    // ---- messages

    @ParameterizedTest
    @ValueSource(ints = {TwoSessions.MAX_MESSAGE + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
    void shouldRefuseAMessageOfAnImpossibleLength(int length) throws Exception {
        raw.write(raw.open(), RawPeer.head(1, length));
        assertBroken("the peer announced a message of " + length + " bytes", 0);
    }

    @Test
    void shouldRefuseMoreThanWasAnnounced() throws Exception {
        raw.write(raw.open(), Arrays.copyOf(RawPeer.message(1, SMALL), Wire.MESSAGE_HEAD + SMALL.length + 1));
        assertBroken("more of a message than it had announced", 0);
    }

    @Test
    void shouldRefuseMoreAfterAWholeMessage() throws Exception {
        QuicStreamChannel stream = raw.open();
        raw.write(stream, RawPeer.message(1, SMALL));
        assertArrayEquals(SMALL, victim.take().payload());
        raw.write(stream, SMALL);
        assertBroken("more of a message than it had announced", 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, Wire.MESSAGE_HEAD, Wire.MESSAGE_HEAD + 2})
    void shouldRefuseAMessageThatEndsEarly(int sent) throws Exception {
        QuicStreamChannel stream = raw.open();
        raw.write(stream, Arrays.copyOf(RawPeer.message(1, SMALL), sent));
        raw.end(stream);
        assertBroken("ended a message before its end", 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, Wire.MESSAGE_HEAD + 2})
    void shouldRefuseAMessageThatIsTakenBack(int sent) throws Exception {
        QuicStreamChannel stream = raw.open();
        raw.write(stream, Arrays.copyOf(RawPeer.message(1, SMALL), sent));
        Eventually.within(Duration.ofMillis(20), () -> false);
        raw.reset(stream);
        assertBroken("a message's stream failed", 0);
    }

    @Test
    void shouldTakeNothingAfterAViolation() throws Exception {
        QuicStreamChannel first = raw.open();
        QuicStreamChannel second = raw.open();
        raw.write(second, RawPeer.head(2, -1));
        raw.write(first, RawPeer.message(1, SMALL));
        for (int i = 3; i < 100 && !victim.down.isDone(); i++) {
            try {
                sendWhole(i);
                raw.record(Wire.SAFE, 0);
            } catch (IllegalStateException closed) {
                break; // the victim was quicker
            }
        }
        victim.awaitDown(); // or the first could arrive between the look and the end
        assertBroken("the peer announced a message of -1 bytes", victim.arrived.size());
        assertTrue(victim.arrived.size() <= 1);
    }

    @Test
    void shouldPutMessagesInTheOrderOfTheirStreams() throws Exception {
        QuicStreamChannel first = raw.open();
        raw.write(first, new byte[1]);
        for (int i = 2; i <= 10; i++) {
            sendWhole(i);
        }
        Eventually.holds("held back", () -> held() >= 9L * SMALL.length);
        assertNull(victim.arrived.poll());
        raw.write(first, Arrays.copyOfRange(RawPeer.message(0, SMALL), 1, Wire.MESSAGE_HEAD + SMALL.length));
        assertEquals(new MessageId(0, 0), victim.take().id());
        for (int i = 2; i <= 10; i++) {
            assertEquals(new MessageId(i, i), victim.take().id());
        }
        assertEquals(0, victim.counters.malformed.sum());
    }

    // ---- the control stream

    @Test
    void shouldRefuseTheEndOfTheControlStream() throws Exception {
        raw.end(raw.control());
        assertBroken("ended its control stream", 0);
    }

    @Test
    void shouldRefuseAResetControlStream() throws Exception {
        raw.reset(raw.control());
        assertBroken("the control stream failed", 0);
    }

    @ParameterizedTest
    @ValueSource(bytes = {0, Wire.READY, 4, -1})
    void shouldRefuseUnknownRecords(byte type) throws Exception {
        raw.record(type, 1);
        assertBroken("unknown record " + type, 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {3, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void shouldRefuseToHaveSentMoreThanItDid(long count) throws Exception {
        List<MessageId> ids = List.of(victim.send(SMALL), victim.send(SMALL));
        raw.record(Wire.SAFE, count);
        assertBroken("the peer confirmed " + count + " messages", 0);
        assertEquals(ids, victim.undelivered);
    }

    @Test
    void shouldRefuseAConfirmationThatGoesBack() throws Exception {
        MessageId first = victim.send(SMALL);
        MessageId second = victim.send(SMALL);
        raw.record(Wire.SAFE, 1);
        raw.record(Wire.SAFE, 0);
        assertBroken("the peer confirmed 0 messages", 0);
        assertEquals(first, victim.delivered.poll());
        assertEquals(List.of(second), victim.undelivered);
    }

    @Test
    void shouldReadRecordsThatComeInPieces() throws Exception {
        MessageId first = victim.send(SMALL);
        MessageId second = victim.send(SMALL);
        for (long count = 1; count <= 2; count++) {
            for (byte piece : RawPeer.recordBytes(Wire.SAFE, count)) {
                raw.write(raw.control(), new byte[] {piece});
            }
        }
        assertEquals(first, victim.takeDelivered());
        assertEquals(second, victim.takeDelivered());
        assertFalse(victim.down.isDone());
    }

    // ---- memory

    private long held() {
        long[] held = new long[1];
        victim.run(() -> held[0] = victim.session().held());
        return held[0];
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, Wire.MESSAGE_HEAD + 1})
    void shouldGiveNoRoomToWhatIsOnlyAnnounced(int sent) throws Exception {
        long before = usedHeap();
        byte[] begin = Arrays.copyOf(RawPeer.head(1, TwoSessions.MAX_MESSAGE), sent);
        for (int i = 0; i < MANY; i++) {
            raw.write(raw.open(), begin);
        }
        if (sent > Wire.MESSAGE_HEAD) {
            Eventually.holds("arrived", () -> held() == MANY - 1);
        }
        MessageId id = victim.send(SMALL);
        Eventually.holds("our own way is open", () -> raw.received.get() >= Wire.MESSAGE_HEAD + SMALL.length);
        raw.record(Wire.SAFE, 1);
        assertEquals(id, victim.takeDelivered());
        long grown = usedHeap() - before;
        assertTrue(grown < 6 << 20, grown + " bytes for " + MANY + " bytes");
        assertFalse(victim.down.isDone());
        raw.close();
        String cause = victim.awaitDown();
        assertEquals("the peer closed the session", cause);
        assertEquals(0, victim.tls.engines());
    }

    @Test
    void shouldAllowNoMoreStreamsThanAreOpenAtOnce() {
        for (int i = 0; i < MANY; i++) {
            raw.write(raw.open(), new byte[1]);
        }
        two.client.run(() -> {});
        assertThrows(IllegalStateException.class, raw::open);
        assertFalse(victim.down.isDone());
    }

    /** Of 250, the peer has closed its own way to the first: all that it may send is used. */
    @ParameterizedTest
    @ValueSource(ints = {80, 250})
    void shouldHoldBackNoMoreThanItsBound(int messages) throws Exception {
        int length = 64 << 10;
        QuicStreamChannel first = raw.open();
        byte[] whole = RawPeer.message(1, new byte[length]);
        raw.write(first, Arrays.copyOf(whole, 100));
        for (int i = 2; i <= messages; i++) {
            QuicStreamChannel stream = raw.open();
            raw.write(stream, RawPeer.message(i, new byte[length]));
            raw.end(stream);
        }
        Eventually.holds("full", () -> held() > ReceiveRoom.MAX_BYTES);
        long[] most = new long[1];
        Eventually.within(Duration.ofSeconds(1), () -> {
            most[0] = Math.max(most[0], held());
            return false;
        });
        assertTrue(most[0] <= ReceiveRoom.MAX_BYTES + (2 << 20), most[0] + " bytes held");
        assertNull(victim.arrived.poll());
        assertFalse(victim.down.isDone());
        if (messages > 80) {
            return;
        }
        raw.write(first, Arrays.copyOfRange(whole, 100, whole.length));
        raw.end(first);
        for (int i = 1; i <= messages; i++) {
            assertEquals(new MessageId(i, i), victim.take().id());
        }
        Eventually.holds(() -> "nothing held any more: " + held(), () -> held() == 0);
        assertFalse(victim.down.isDone());
    }

    // ---- the sender

    @Test
    void shouldNotCountAFailedHandOverAgainstThePeer() throws Exception {
        victim.handling = message -> CompletableFuture.failedFuture(new IllegalStateException("full"));
        sendWhole(1);
        assertTrue(victim.awaitDown().startsWith("a message could not be handed over"));
        assertEquals(0, victim.counters.malformed.sum());
        assertEquals(2, raw.closed.get(20, TimeUnit.SECONDS));
        assertEquals(0, victim.tls.engines());
    }
}
