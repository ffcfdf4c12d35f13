package dev.culvert.peer.internal.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.MessageId;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages both ways over a path that is good, bad, or ends. */
@Timeout(60)
class QuicSessionTest {
    private static byte[] payload(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static void exchange(TwoSessions two, int[] lengths) throws InterruptedException {
        List<MessageId> fromClient = new ArrayList<>();
        List<MessageId> fromServer = new ArrayList<>();
        for (int i = 0; i < lengths.length; i++) {
            fromClient.add(two.client.send(payload(i, lengths[i])));
            fromServer.add(two.server.send(payload(-i, lengths[i])));
        }
        for (int i = 0; i < lengths.length; i++) {
            TwoSessions.Arrived atServer = two.server.take();
            TwoSessions.Arrived atClient = two.client.take();
            assertEquals(fromClient.get(i), atServer.id());
            assertArrayEquals(payload(i, lengths[i]), atServer.payload());
            assertEquals(fromServer.get(i), atClient.id());
            assertArrayEquals(payload(-i, lengths[i]), atClient.payload());
            assertEquals(fromClient.get(i), two.client.takeDelivered());
            assertEquals(fromServer.get(i), two.server.takeDelivered());
        }
        assertNull(two.client.arrived.poll());
        assertNull(two.server.arrived.poll());
    }

    private static int[] mixedLengths(int count) {
        Random random = new Random(1);
        int[] lengths = new int[count];
        for (int i = 0; i < count; i++) {
            lengths[i] = switch (i % 10) {
                case 0 -> 0;
                case 1 -> random.nextInt(200_000);
                case 2 -> 65_536;
                default -> random.nextInt(3_000);
            };
        }
        return lengths;
    }

    @Test
    void shouldCarryMessagesOfAllSizesBothWaysInOrder() throws Exception {
        try (TwoSessions two = TwoSessions.up()) {
            exchange(two, mixedLengths(1_000));
            exchange(two, new int[] {TwoSessions.MAX_MESSAGE, 1, 0});
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1})
    void shouldRepairLossAndReordering(int seed) throws Exception {
        try (TwoSessions two = TwoSessions.up()) {
            Random random = new Random(seed);
            for (TwoSessions.End end : List.of(two.client, two.server)) {
                end.lateness = number -> {
                    synchronized (random) {
                        return random.nextInt(10) == 0 ? TwoSessions.LOST : 1 + random.nextInt(5);
                    }
                };
            }
            exchange(two, mixedLengths(200));
        }
    }

    @Test
    void shouldComeUpOverAPathThatLosesHalf() throws Exception {
        try (TwoSessions two = TwoSessions.open()) {
            Random random = new Random(3);
            two.client.lateness = number -> random.nextBoolean() ? 0 : TwoSessions.LOST;
            two.start();
            two.client.awaitUp();
            two.server.awaitUp();
        }
    }

    @Test
    void shouldTakeMessagesThatAreSentBeforeItIsUp() throws Exception {
        try (TwoSessions two = TwoSessions.open()) {
            MessageId first = two.client.send(payload(1, 10));
            MessageId second = two.server.send(payload(2, 10));
            two.start();
            assertEquals(first, two.server.take().id());
            assertEquals(second, two.client.take().id());
        }
    }

    @Test
    void shouldSlowTheSenderDownAndDropNothingWhileTheReceiverIsSlow() throws Exception {
        try (TwoSessions two = TwoSessions.up()) {
            AtomicInteger released = new AtomicInteger();
            List<CompletableFuture<Void>> handling = new ArrayList<>();
            two.server.handling = message -> {
                CompletableFuture<Void> done = new CompletableFuture<>();
                synchronized (handling) {
                    if (released.get() > 0) {
                        done.complete(null);
                    } else {
                        handling.add(done);
                    }
                }
                return done;
            };
            int messages = 400;
            int length = 64 << 10;
            for (int i = 0; i < messages; i++) {
                var unused = two.client.send(payload(i, length));
            }
            // What is held, and one more that was begun before it was too much.
            int most = ReceiveRoom.MAX_BYTES / length + 1;
            for (int i = 0; i < most - 1; i++) {
                assertArrayEquals(payload(i, length), two.server.take().payload());
            }
            assertTrue(two.server.arrived.size() <= 1, two.server.arrived.size() + " more");
            assertNull(two.client.delivered.poll());
            synchronized (handling) {
                released.set(1);
                handling.forEach(done -> done.complete(null));
            }
            for (int i = most - 1; i < messages; i++) {
                assertArrayEquals(payload(i, length), two.server.take().payload());
            }
            for (int i = 0; i < messages; i++) {
                var unused = two.client.takeDelivered();
            }
        }
    }

    /** The receiver's room is used up again and again, and what waits for it must not stand in the way of what is next. */
    @ParameterizedTest
    @ValueSource(ints = {1_400, TwoSessions.LOOPBACK_MTU})
    void shouldNotStandStillWhileTheRoomIsUsedUpAgainAndAgain(int mtu) throws Exception {
        ExecutorService handlers = Executors.newSingleThreadExecutor();
        try (TwoSessions two = new TwoSessions()) {
            two.client.mtu = mtu;
            two.server.mtu = mtu;
            two.client.lateness =
                    number -> number % 200 == 199 ? TwoSessions.LOST : 0; // so that messages wait for one before
            two.server.handling = message -> CompletableFuture.runAsync(() -> {}, handlers);
            two.client.open();
            two.server.open();
            two.start();
            two.client.awaitUp();
            two.server.awaitUp();
            int messages = 4_000;
            int length = 64 << 10;
            byte[] payload = payload(1, length);
            int delivered = 0;
            for (int i = 0; i < messages; i++) {
                if (i - delivered >= 500) {
                    var unused = two.client.takeDelivered();
                    delivered++;
                }
                var unused = two.client.send(payload);
                two.server.arrived.clear();
            }
            for (; delivered < messages; delivered++) {
                var unused = two.client.takeDelivered();
            }
            assertFalse(two.server.down.isDone());
        } finally {
            handlers.shutdownNow();
        }
    }

    /** Windows are full, and streams stand still; the peer is there all the same, and says so. */
    @Test
    @Tag("real-time")
    void shouldNotTakeAPeerForDeadThatIsSlowToRead() throws Exception {
        try (TwoSessions two = TwoSessions.up()) {
            List<CompletableFuture<Void>> handling = new ArrayList<>();
            two.server.handling = message -> {
                CompletableFuture<Void> done = new CompletableFuture<>();
                synchronized (handling) {
                    handling.add(done);
                }
                return done;
            };
            int messages = 600;
            for (int i = 0; i < messages; i++) {
                var unused = two.client.send(payload(i, 64 << 10));
            }
            assertThrows(
                    TimeoutException.class,
                    () -> two.client.down.copy().get(Liveness.DEAD_AFTER.toSeconds() + 3, TimeUnit.SECONDS));
            two.server.handling = message -> CompletableFuture.completedFuture(null);
            two.server.run(() -> {
                synchronized (handling) {
                    handling.forEach(done -> done.complete(null));
                }
            });
            for (int i = 0; i < messages; i++) {
                assertArrayEquals(payload(i, 64 << 10), two.server.take().payload());
            }
        }
    }

    /** What a session has handed over stays with a slow app when it ends: the next session has only the rest of the room. */
    @Test
    void shouldHaveNoMoreRoomForAPeerThatComesAgain() throws Exception {
        int length = 64 << 10;
        int messages = 200;
        CompletableFuture<Void> handled = new CompletableFuture<>();
        try (TwoSessions first = TwoSessions.up();
                TwoSessions second = first.beside()) {
            second.server.room = first.server.room;
            first.server.handling = message -> handled;
            second.server.handling = message -> handled;
            for (int i = 0; i < messages; i++) {
                var unused = first.client.send(payload(i, length));
            }
            int most = ReceiveRoom.MAX_BYTES / length + 1;
            for (int i = 0; i < most - 1; i++) {
                var unused = first.server.take();
            }
            // This end: the other may have so much on its way that QUIC has no room for the word that it ends.
            first.server.run(first.server.session()::close);

            second.comeUp();
            for (int i = 0; i < messages; i++) {
                var unused = second.client.send(payload(i, length));
            }
            second.client.awaitQuiet();
            assertTrue(second.server.arrived.size() <= 1, second.server.arrived.size() + " more");
            handled.complete(null);
            for (int i = 0; i < messages; i++) {
                assertArrayEquals(payload(i, length), second.server.take().payload());
                var unused = second.client.takeDelivered();
            }
            second.server.run(() -> {}); // the last one's room is given back there
            assertEquals(0, second.server.room.taken());
        }
    }

    /** Empty messages that are safe on disk fill the memory too while the app has them; also those of an ended session. */
    @Test
    void shouldHaveRoomForSoManyEmptyMessagesThatAreSafeAndNotHandled() throws Exception {
        int most = ReceiveRoom.MAX_BYTES / IncomingMessages.MESSAGE_COST + 1;
        CompletableFuture<Void> released = new CompletableFuture<>();
        try (TwoSessions first = TwoSessions.up();
                TwoSessions second = first.beside()) {
            second.server.room = first.server.room;
            first.server.releasing = released;
            second.server.releasing = released;
            for (int i = 0; i < most + 1_000; i++) {
                var unused = first.client.send(new byte[0]);
            }
            for (int i = 0; i < most; i++) {
                var unused = first.server.take();
            }
            first.client.awaitQuiet();
            assertEquals(0, first.server.arrived.size());
            first.client.run(first.client.session()::close);
            first.server.awaitDown();

            second.comeUp();
            var unused = second.client.send(new byte[0]);
            second.client.awaitQuiet();
            assertEquals(0, second.server.arrived.size());

            released.complete(null);
            var last = second.server.take();
            var confirmed = second.client.takeDelivered();
            second.server.run(() -> {}); // the last one's room is given back there
            assertEquals(last.id(), confirmed);
            assertEquals(0, second.server.room.taken());
        }
    }

    /** Both windows are full, so that no stream can say anything: each hears all the same that its messages are safe. */
    @Test
    void shouldHearThatMessagesAreSafeWhileBothAreSlowToRead() throws Exception {
        try (TwoSessions two = TwoSessions.up()) {
            CompletableFuture<Void> safe = new CompletableFuture<>();
            CompletableFuture<Void> released = new CompletableFuture<>();
            int full = ReceiveRoom.MAX_BYTES / (64 << 10);
            for (TwoSessions.End end : List.of(two.client, two.server)) {
                end.handling = message -> safe;
                end.releasing = released;
                for (int i = 0; i < 600; i++) {
                    var unused = end.send(payload(i, 64 << 10));
                }
            }
            for (TwoSessions.End end : List.of(two.client, two.server)) {
                for (int i = 0; i < full; i++) {
                    var unused = end.take();
                }
                end.awaitQuiet();
            }
            safe.complete(null);
            for (int i = 0; i < full; i++) {
                two.client.takeDelivered();
                two.server.takeDelivered();
            }
            released.complete(null);
            for (int i = full; i < 600; i++) {
                two.client.takeDelivered();
                two.server.takeDelivered();
            }
        }
    }

    @Test
    void shouldTellTheOtherSideOfAnOrderlyEnd() throws Exception {
        try (TwoSessions two = TwoSessions.up()) {
            two.client.run(two.client.session()::close);
            assertEquals("the peer closed the session", two.server.awaitDown());
            assertFalse(two.client.down.isDone());
            assertEquals(0, two.client.tls.engines());
            assertEquals(0, two.server.tls.engines());
        }
    }

    /** It came before the end, and waits for its turn only. */
    @Test
    void shouldReadWhatCameBeforeThePathWasClosed() throws Exception {
        try (TwoSessions two = TwoSessions.up()) {
            Queue<byte[]> held = new ConcurrentLinkedQueue<>();
            two.server.instead = held::add;
            MessageId id = two.client.send(payload(1, 100));
            two.client.awaitQuiet();
            two.server.instead = null;
            two.server.run(() -> {
                held.forEach(two.server::receive);
                two.server.session().onPathClosed();
            });

            assertEquals("the peer closed the path", two.server.awaitDown());
            assertEquals(id, two.server.take().id());
            assertEquals(List.of(), List.copyOf(two.server.afterwards));
        }
    }

    @Test
    void shouldSayWhatWasNotDelivered() throws Exception {
        try (TwoSessions two = TwoSessions.up()) {
            two.server.handling = message -> new CompletableFuture<>();
            List<MessageId> ids = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                ids.add(two.client.send(payload(i, 100)));
            }
            for (int i = 0; i < 5; i++) {
                assertEquals(ids.get(i), two.server.take().id());
            }
            two.server.run(two.server.session()::close);
            var unused = two.client.awaitDown();
            assertEquals(ids, two.client.undelivered);
        }
    }

    @Test
    void shouldEndWhenAMessageCanNotBeHandedOver() throws Exception {
        try (TwoSessions two = TwoSessions.up()) {
            two.server.handling = message -> CompletableFuture.failedFuture(new IllegalStateException("full"));
            MessageId id = two.client.send(payload(1, 100));
            assertTrue(two.server.awaitDown().startsWith("a message could not be handed over"));
            var unused = two.client.awaitDown();
            assertEquals(List.of(id), two.client.undelivered);
        }
    }
}
