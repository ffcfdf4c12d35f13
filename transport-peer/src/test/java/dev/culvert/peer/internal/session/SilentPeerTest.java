package dev.culvert.peer.internal.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.MessageId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A path that goes dead without a word, in the time that it takes to tell. */
@Tag("real-time")
@Timeout(60)
class SilentPeerTest {
    private static void die(TwoSessions two) {
        two.client.lateness = number -> TwoSessions.LOST;
        two.server.lateness = number -> TwoSessions.LOST;
    }

    private static void live(TwoSessions two) {
        two.client.lateness = number -> 0;
        two.server.lateness = number -> 0;
    }

    private static List<MessageId> sendSome(TwoSessions two, int from, int count) {
        List<MessageId> ids = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            ids.add(two.client.send(new byte[] {(byte) i}));
        }
        return ids;
    }

    @Test
    void shouldDoubtAfterOneSecondAndEndAfterFive() throws Exception {
        try (TwoSessions two = TwoSessions.up()) {
            List<MessageId> told = sendSome(two, 0, 5);
            for (MessageId id : told) {
                assertEquals(id, two.client.takeDelivered());
            }
            die(two);
            long dead = System.nanoTime();
            List<MessageId> left = sendSome(two, 5, 20);
            Eventually.holds("a doubt", () -> two.client.doubts.get() > 0);
            Duration doubted = Duration.ofNanos(System.nanoTime() - dead);
            assertTrue(doubted.toMillis() >= 990 && doubted.toMillis() < 2_500, doubted.toString());
            assertFalse(two.client.down.isDone());
            assertEquals("the peer has not answered for 5 s", two.client.awaitDown());
            Duration ended = Duration.ofNanos(System.nanoTime() - dead);
            assertTrue(ended.toMillis() >= 4_990 && ended.toMillis() < 8_000, ended.toString());
            assertEquals(left, two.client.undelivered);
            assertEquals(1, two.client.counters.silent.sum());
            assertTrue(two.client.doubts.get() >= 4, two.client.doubts + " doubts");
            assertEquals(0, two.client.tls.engines());
        }
    }

    @Test
    void shouldGoOnWhenThePathComesBack() throws Exception {
        try (TwoSessions two = TwoSessions.up()) {
            List<MessageId> ids = sendSome(two, 0, 5);
            die(two);
            ids.addAll(sendSome(two, 5, 20));
            assertFalse(Eventually.within(Duration.ofSeconds(3), two.client.down::isDone));
            live(two);
            ids.addAll(sendSome(two, 25, 5));
            for (int i = 0; i < ids.size(); i++) {
                TwoSessions.Arrived message = two.server.take();
                assertEquals(ids.get(i), message.id());
                assertArrayEquals(new byte[] {(byte) i}, message.payload());
                assertEquals(ids.get(i), two.client.takeDelivered());
            }
            assertTrue(two.client.doubts.get() > 0);
        }
    }

    @Test
    void shouldNotEndByItselfWhenNothingIsOwed() throws Exception {
        try (TwoSessions two = TwoSessions.up()) {
            List<MessageId> ids = sendSome(two, 0, 1);
            assertEquals(ids.get(0), two.client.takeDelivered());
            die(two);
            assertFalse(Eventually.within(
                    Liveness.DEAD_AFTER.plusSeconds(1), () -> two.client.down.isDone() || two.server.down.isDone()));
            assertEquals(0, two.client.doubts.get());
            live(two);
            assertEquals(sendSome(two, 1, 1).get(0), two.client.takeDelivered());
        }
    }
}
