package dev.culvert.peer;

import static dev.culvert.peer.SessionPair.id;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.MessageId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A session's life in virtual time, over a path that the test drives by hand. */
class ReliableSessionTest {
    private static final Duration A_WHILE = Duration.ofSeconds(2);

    /** The first packets of each side that are lost, and how much later the second side starts. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "1, 0, 0",
        "0, 1, 0",
        "1, 1, 0",
        "2, 0, 0",
        "0, 2, 0",
        "2, 2, 0",
        "3, 3, 0",
        "5, 1, 0",
        "1, 5, 0",
        "0, 0, 30",
        "1, 0, 30",
        "0, 1, 30",
        "2, 2, 30",
        "3, 3, 250",
        "0, 0, 1000",
        "0, 2, 1000",
        "0, 4, 1000"
    })
    void shouldComeUpWhicheverStartsFirstOrLosesItsFirstPackets(int lostOfA, int lostOfB, int laterMillis) {
        SessionPair pair = new SessionPair();
        pair.a.loses = number -> number < lostOfA;
        pair.b.loses = number -> number < lostOfB;

        pair.a.session.start();
        pair.after(Duration.ofMillis(laterMillis));
        pair.b.session.start();
        pair.after(A_WHILE);

        assertEquals(List.of("up"), pair.a.events);
        assertEquals(List.of("up"), pair.b.events);
        assertEquals(0, pair.loop.pending(), "an idle session keeps no timer");
    }

    @Test
    void shouldGiveUpAPeerThatNeverAnswers() {
        SessionPair pair = new SessionPair();
        pair.a.session.start();

        pair.after(ReliableSession.DEAD_AFTER.minusMillis(101));
        assertEquals(List.of(), pair.a.events);
        pair.after(Duration.ofMillis(200));

        assertEquals(1, pair.a.events.size());
        assertEquals(1, pair.a.downs().size());
        assertTrue(pair.b.counters.snapshot().get("packets.early") > 40, "nothing counts before the own start");
        assertEquals(List.of("down: the peer closed the session"), pair.b.events);
        assertEquals(0, pair.loop.pending());
    }

    @Test
    void shouldReportUpBeforeTheFirstMessage() {
        SessionPair pair = new SessionPair();
        pair.a.onUp = () -> pair.a.session.send(id(1), new byte[10]);
        pair.b.onUp = () -> pair.b.session.send(id(2), new byte[10]);
        pair.a.session.start();
        pair.b.session.start();
        pair.after(A_WHILE);

        assertEquals("up", pair.a.events.get(0));
        assertEquals("up", pair.b.events.get(0));
        assertEquals(1, pair.a.messages.size());
        assertEquals(1, pair.b.messages.size());
    }

    @Test
    void shouldCarryMessagesBothWaysOverALossyPath() {
        SessionPair pair = SessionPair.up();
        Random random = new Random(5);
        pair.a.loses = number -> random.nextInt(100) < 20;
        pair.b.loses = number -> random.nextInt(100) < 20;
        List<MessageId> ids = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            ids.add(id(i));
            pair.a.session.send(id(i), new byte[random.nextInt(5_000)]);
            pair.b.session.send(id(i), new byte[random.nextInt(5_000)]);
        }
        pair.after(Duration.ofMinutes(5));

        assertEquals(ids, pair.a.delivered);
        assertEquals(ids, pair.b.delivered);
        assertEquals(300, pair.a.messages.size());
        assertEquals(300, pair.b.messages.size());
        assertEquals(List.of(), pair.a.downs());
        assertTrue(pair.a.counters.snapshot().get("segments.resent") > 0);
        assertEquals(0, pair.loop.pending());
    }

    @Test
    void shouldDoubtThePathSoonEnoughForAnotherOneToBeFound() {
        SessionPair pair = SessionPair.up();
        pair.a.session.send(id(1), new byte[10]);
        pair.after(A_WHILE);
        int before = pair.a.sent.size();
        pair.a.loses = number -> true;
        long lost = pair.loop.nowNanos();
        pair.a.session.send(id(2), new byte[10]);
        pair.after(Duration.ofSeconds(2));

        assertTrue(pair.a.sent.size() >= before + 3, "sent, and twice again");
        long first = pair.a.doubts.get(0) - lost;
        assertTrue(first < Duration.ofMillis(500).toNanos(), "in doubt after " + first / 1_000_000 + " ms");
        assertTrue(pair.a.doubts.size() >= 2, "each further time-out is told");
        assertEquals(List.of(), pair.b.doubts);

        pair.a.loses = number -> false;
        pair.after(A_WHILE);
        assertEquals(List.of(id(1), id(2)), pair.a.delivered);
        assertEquals(List.of(), pair.a.downs());
    }

    @Test
    void shouldNotDoubtThePathOverOneTimeoutAtATime() {
        SessionPair pair = SessionPair.up();
        for (int i = 0; i < 10; i++) {
            int next = pair.a.sent.size();
            pair.a.loses = number -> number == next;
            pair.a.session.send(id(i), new byte[10]);
            pair.after(Duration.ofSeconds(2));
        }

        assertEquals(10, pair.a.delivered.size());
        assertTrue(pair.a.counters.snapshot().get("segments.resent") >= 10);
        assertEquals(List.of(), pair.a.doubts);
    }

    @Test
    void shouldNotDoubtThePathToAPeerWhoseAppTakesItsTime() {
        SessionPair pair = SessionPair.up();
        pair.b.handling = new CompletableFuture<>();
        pair.a.session.send(id(1), new byte[10]);
        pair.after(Duration.ofMinutes(1));

        assertEquals(List.of(), pair.a.doubts);
        assertEquals(List.of(), pair.a.downs());
    }

    @Test
    void shouldDoubtThePathWhenPingsAreNotAnswered() {
        SessionPair pair = SessionPair.up();
        pair.b.handling = new CompletableFuture<>();
        pair.a.session.send(id(1), new byte[10]);
        pair.after(Duration.ofSeconds(10));
        pair.b.loses = number -> true;
        pair.after(Duration.ofSeconds(4));

        assertFalse(pair.a.doubts.isEmpty());
    }

    @Test
    void shouldStayUpWhileIdle() {
        SessionPair pair = SessionPair.up();
        pair.after(Duration.ofHours(1));

        assertEquals(List.of("up"), pair.a.events);
        pair.a.session.send(id(1), new byte[0]);
        pair.after(A_WHILE);
        assertEquals(List.of(id(1)), pair.a.delivered);
    }

    @Test
    void shouldTakeAPeerForDeadAfterFiveSecondsOfSilenceWithSomethingUnanswered() {
        SessionPair pair = SessionPair.up();
        pair.after(Duration.ofHours(1));
        pair.a.loses = number -> true;
        pair.a.session.send(id(1), new byte[5_000]);
        pair.a.session.send(id(2), new byte[0]);

        pair.after(ReliableSession.DEAD_AFTER.minusMillis(2));
        assertEquals(List.of("up"), pair.a.events);
        pair.after(Duration.ofMillis(1_100));

        assertEquals(1, pair.a.downs().size());
        assertEquals(List.of(id(1), id(2)), pair.a.undelivered);
        assertEquals(List.of("up"), pair.b.events, "the other side has nothing to wait for");
        assertEquals(0, pair.loop.pending());
    }

    @Test
    void shouldWaitForASlowHandlerAsLongAsThePeerAnswers() {
        SessionPair pair = SessionPair.up();
        CompletableFuture<Void> slow = new CompletableFuture<>();
        pair.b.handling = slow;
        pair.a.session.send(id(1), new byte[5_000]);
        pair.after(Duration.ofMinutes(10));

        assertEquals(List.of("up"), pair.a.events);
        long packets = pair.a.sent.size();
        assertTrue(packets < 650, packets + " packets in ten minutes of waiting");

        slow.complete(null);
        pair.after(Duration.ofMillis(20));
        assertEquals(List.of(id(1)), pair.a.delivered);
    }

    @Test
    void shouldRepairALostAcknowledgementOfHandling() {
        SessionPair pair = SessionPair.up();
        CompletableFuture<Void> slow = new CompletableFuture<>();
        pair.b.handling = slow;
        pair.a.session.send(id(1), new byte[10]);
        pair.after(Duration.ofMillis(20));
        int next = pair.b.sent.size();
        pair.b.loses = number -> number == next;

        slow.complete(null);
        pair.after(Duration.ofMillis(8));
        assertEquals(next + 1, pair.b.sent.size(), "an acknowledgement was sent and lost");
        assertEquals(List.of(), pair.a.delivered);
        pair.after(A_WHILE);

        assertEquals(List.of(id(1)), pair.a.delivered);
        assertEquals(1, pair.b.messages.size());
    }

    @Test
    void shouldCountHandledInOrderEvenWhenHandlersEndOutOfOrder() {
        SessionPair pair = SessionPair.up();
        CompletableFuture<Void> slow = new CompletableFuture<>();
        pair.b.handling = slow;
        pair.a.session.send(id(1), new byte[10]);
        pair.after(Duration.ofMillis(20));
        pair.b.handling = CompletableFuture.completedFuture(null);
        pair.a.session.send(id(2), new byte[10]);
        pair.after(A_WHILE);
        assertEquals(List.of(), pair.a.delivered);

        slow.complete(null);
        pair.after(A_WHILE);
        assertEquals(List.of(id(1), id(2)), pair.a.delivered);
    }

    @Test
    void shouldSlowTheSenderDownWhenTheAppIsSlowAndRecover() {
        SessionPair pair = SessionPair.up();
        CompletableFuture<Void> slow = new CompletableFuture<>();
        pair.b.handling = slow;
        int messages = 100;
        for (int i = 0; i < messages; i++) {
            pair.a.session.send(id(i), new byte[200_000]);
        }
        pair.after(Duration.ofMinutes(1));

        int most = ReceiveSide.MAX_UNHANDLED_BYTES / 200_000 + 2;
        assertTrue(pair.b.messages.size() <= most, pair.b.messages.size() + " messages of 200 KB not handled");
        assertTrue(pair.b.counters.snapshot().get("segments.refused") > 0);
        assertEquals(List.of("up"), pair.a.events);

        pair.b.handling = CompletableFuture.completedFuture(null);
        slow.complete(null);
        pair.after(Duration.ofMinutes(2));

        assertEquals(messages, pair.a.delivered.size());
        assertEquals(messages, pair.b.messages.size());
    }

    @Test
    void shouldEndBothSidesWhenAMessageCanNotBeHandedOver() {
        SessionPair pair = SessionPair.up();
        pair.b.handling = CompletableFuture.failedFuture(new IllegalStateException("on purpose"));
        pair.a.session.send(id(1), new byte[10]);
        pair.a.session.send(id(2), new byte[10]);
        pair.after(A_WHILE);

        // Nothing after it could count as handled any more: its sender has to know, and take another way.
        assertEquals(1, pair.b.downs().size());
        assertEquals(1, pair.a.downs().size());
        assertEquals(List.of(id(1), id(2)), pair.a.undelivered);
    }

    @Test
    void shouldTellTheOtherSideWhenClosed() {
        SessionPair pair = SessionPair.up();
        pair.a.session.close();
        pair.a.session.close();
        pair.after(Duration.ofMillis(20));

        assertEquals(List.of("up"), pair.a.events);
        assertEquals(List.of("down: the peer closed the session"), pair.b.downs());
    }

    @Test
    void shouldNotAnswerAPeerThatSaidGoodbye() {
        SessionPair pair = SessionPair.up();
        pair.a.session.close();
        pair.after(Duration.ofMillis(20));
        int sent = pair.b.sent.size();
        pair.b.session.close();
        pair.after(A_WHILE);

        assertEquals(sent, pair.b.sent.size());
    }

    @Test
    void shouldCallNoListenerAfterClose() {
        SessionPair pair = SessionPair.up();
        CompletableFuture<Void> slow = new CompletableFuture<>();
        pair.a.handling = slow;
        pair.b.session.send(id(1), new byte[10]);
        pair.after(Duration.ofMillis(7));
        pair.a.session.send(id(2), new byte[10_000]);
        pair.b.session.send(id(3), new byte[10]);
        List<String> before = List.copyOf(pair.a.events);

        pair.a.session.close();
        slow.complete(null);
        pair.a.receive(Packets.PING);
        pair.a.receive(Packets.BYE);
        pair.a.receive((byte) 99);
        pair.a.session.onPathLost("too late");
        pair.after(Duration.ofMinutes(1));

        assertEquals(before, pair.a.events);
        assertEquals(0, pair.loop.pending());
    }

    @Test
    void shouldReportNothingMoreWhenClosedInsideDelivered() {
        SessionPair pair = SessionPair.up();
        pair.a.onDelivered = pair.a.session::close;
        CompletableFuture<Void> slow = new CompletableFuture<>();
        pair.b.handling = slow;
        for (int i = 0; i < 3; i++) {
            pair.a.session.send(id(i), new byte[10]);
        }
        pair.after(Duration.ofMillis(20));
        slow.complete(null);
        pair.after(A_WHILE);

        assertEquals(1, pair.a.delivered.size(), "one acknowledgement told of three, the listener closed at the first");
        assertEquals(List.of(), pair.a.downs());
    }

    @Test
    void shouldHandOverNothingMoreWhenClosedInsideAMessage() {
        SessionPair pair = SessionPair.up();
        pair.b.onMessage = pair.b.session::close;
        int first = pair.a.sent.size();
        pair.a.loses = number -> number == first;
        for (int i = 0; i < 10; i++) {
            pair.a.session.send(id(i), new byte[10]);
        }
        pair.after(A_WHILE);

        assertEquals(1, pair.b.messages.size(), "the repeated first one freed ten, the listener closed at the first");
    }

    @Test
    void shouldReportNothingMoreWhenClosedInsideUp() {
        SessionPair pair = new SessionPair();
        pair.a.onUp = pair.a.session::close;
        pair.a.session.start();
        pair.b.session.start();
        pair.after(Duration.ofMinutes(1));

        assertEquals(List.of("up"), pair.a.events);
    }

    @Test
    void shouldEndOnceWhenThePathIsLost() {
        SessionPair pair = SessionPair.up();
        pair.a.session.send(id(1), new byte[10]);
        pair.a.session.onPathLost("the path failed");
        pair.a.session.onPathLost("the path failed");
        pair.after(Duration.ofMinutes(1));

        assertEquals(List.of("down: the path failed"), pair.a.downs());
        assertEquals(List.of(id(1)), pair.a.undelivered);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00",
                "63",
                "ff",
                "02",
                "0200",
                "0203",
                "02ffffffffffffffff03",
                "020000000000000000" + "00",
                "020000000000000000" + "03" + "00",
                "03",
                "0300",
                "030000000000000000",
                "02000000000000000001",
                "020000000000000000" + "03" + "00000000000000000000000000000000" + "ffffffff",
                "020000000000000000" + "03" + "00000000000000000000000000000000" + "7fffffff"
            })
    void shouldEndOnceAfterAMalformedPacketAndCountIt(String hex) {
        SessionPair pair = SessionPair.up();
        byte[] packet = HexFormat.of().parseHex(hex);
        pair.a.session.send(id(1), new byte[10]);

        pair.a.receive(packet);
        pair.a.receive(packet);
        pair.after(A_WHILE);

        assertEquals(1, pair.a.downs().size());
        assertEquals(List.of(id(1)), pair.a.undelivered);
        assertEquals(1, pair.a.counters.snapshot().get("packets.malformed"));
        assertEquals(1, pair.b.downs().size(), "the other side is told");
    }

    @Test
    void shouldCountWhatIsNotAuthentic() {
        SessionPair pair = SessionPair.up();
        byte[] replay = pair.b.sent.get(0);
        byte[] forged =
                pair.b.crypto.seal(ByteBuffer.wrap(new byte[] {Packets.BYE})).array();
        forged[forged.length - 1] ^= 1;

        pair.a.session.onDatagram(ByteBuffer.wrap(replay));
        pair.a.session.onDatagram(ByteBuffer.wrap(forged));
        pair.a.session.onDatagram(ByteBuffer.wrap(pair.a.sent.get(0)));
        pair.a.session.onDatagram(ByteBuffer.wrap(new byte[1]));
        pair.a.session.onDatagram(ByteBuffer.wrap(new byte[0]));

        assertEquals(5, pair.a.counters.snapshot().get("packets.not-authentic"));
        assertEquals(List.of("up"), pair.a.events);
    }

    @Test
    void shouldNotBeKeptAliveByWhatIsNotAuthentic() {
        SessionPair pair = SessionPair.up();
        byte[] replay = pair.b.sent.get(0);
        pair.b.loses = number -> true;
        pair.a.loses = number -> true;
        pair.a.session.send(id(1), new byte[10]);
        for (int i = 0; i < 70; i++) {
            pair.a.session.onDatagram(ByteBuffer.wrap(replay));
            pair.after(Duration.ofMillis(100));
        }

        assertEquals(1, pair.a.downs().size());
    }

    @Test
    void shouldDeliverALargeMessageIntact() {
        SessionPair pair = SessionPair.up();
        byte[] large = new byte[1 << 20];
        new Random(2).nextBytes(large);
        pair.a.session.send(id(1), large);
        pair.after(Duration.ofMinutes(1));

        assertArrayEquals(large, pair.b.messages.get(0));
        assertFalse(pair.a.delivered.isEmpty());
    }
}
