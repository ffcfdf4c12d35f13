package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.QueueFullException;
import dev.culvert.transport.TransportClosedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageQueueTest {
    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir
    private Path directory;

    private final MemoryNetwork network = new MemoryNetwork(CLOCK);
    private final Identity aliceIdentity = Identity.generate();
    private final Identity bobIdentity = Identity.generate();

    private QueuePeer alice() {
        return new QueuePeer(aliceIdentity, network, directory.resolve("alice"), QueuePeer.QUICK, CLOCK);
    }

    private QueuePeer bob() {
        return new QueuePeer(bobIdentity, network, directory.resolve("bob"), QueuePeer.QUICK, CLOCK);
    }

    @Test
    void shouldDeliverToAReceiverThatWasAway() {
        try (QueuePeer alice = alice()) {
            for (String text : List.of("one", "two", "three")) {
                Eventually.get(alice.send(bobIdentity.peerId(), text));
            }
            assertEquals(3, Eventually.get(alice.queue.outstanding(bobIdentity.peerId())));

            try (QueuePeer bob = bob().receiveFrom(alice.id())) {
                bob.awaitReceived("one", "two", "three");
                alice.awaitAllAcknowledged(bob.id());

                assertEquals(3, alice.count(QueueEvent.ACKNOWLEDGED));
                assertEquals(3, bob.count(QueueEvent.DELIVERED));
                assertEquals(0, bob.count(QueueEvent.DUPLICATE));
                RecordKeys keys = RecordKeys.between(aliceIdentity, bob.id());
                Eventually.isTrue(
                        "outbox slots removed",
                        () -> network.snapshot().stream()
                                .noneMatch(stored -> stored.slot()
                                                .equals(keys.outboxToPeer(0).slot())
                                        || stored.slot()
                                                .equals(keys.outboxToPeer(2).slot())));
            }
        }
    }

    @Test
    void shouldDeliverWhatASenderLeftBehind() {
        try (QueuePeer alice = alice()) {
            Eventually.get(alice.send(bobIdentity.peerId(), "gone fishing"));
            Eventually.isTrue("message put", () -> !network.snapshot().isEmpty());
        }
        try (QueuePeer bob = bob().receiveFrom(aliceIdentity.peerId())) {
            bob.awaitReceived("gone fishing");
        }
        // The acknowledgement waits in the DHT for the sender, as the message did for the receiver.
        try (QueuePeer alice = alice()) {
            alice.awaitAllAcknowledged(bobIdentity.peerId());
        }
    }

    @Test
    void shouldCarryBothWaysAtOnce() {
        try (QueuePeer alice = alice().receiveFrom(bobIdentity.peerId());
                QueuePeer bob = bob().receiveFrom(aliceIdentity.peerId())) {
            alice.send(bob, "to bob");
            bob.send(alice, "to alice");

            alice.awaitReceived("to alice");
            bob.awaitReceived("to bob");
            alice.awaitAllAcknowledged(bob.id());
            bob.awaitAllAcknowledged(alice.id());
        }
    }

    @Test
    void shouldNotDeliverAgainAfterTheReceiverRestarted() {
        try (QueuePeer alice = alice()) {
            Eventually.get(alice.send(bobIdentity.peerId(), "one"));
            Eventually.get(alice.send(bobIdentity.peerId(), "two"));
            try (QueuePeer bob = bob().receiveFrom(alice.id())) {
                bob.awaitReceived("one", "two");
            }
            try (QueuePeer bob = bob().receiveFrom(alice.id())) {
                Eventually.get(alice.send(bob, "three"));
                bob.awaitReceived("three");
                alice.awaitAllAcknowledged(bob.id());
            }
        }
    }

    @Test
    void shouldPutAgainAfterTheSenderRestarted() {
        network.losePuts(1);
        try (QueuePeer alice = alice()) {
            Eventually.get(alice.send(bobIdentity.peerId(), "one"));
            Eventually.get(alice.send(bobIdentity.peerId(), "two"));
            Eventually.isTrue("both puts failed", () -> alice.count(QueueEvent.PUT_FAILED) >= 2);
        }
        assertEquals(0, network.snapshot().size());
        network.losePuts(0);

        try (QueuePeer alice = alice();
                QueuePeer bob = bob().receiveFrom(alice.id())) {
            bob.awaitReceived("one", "two");
            alice.awaitAllAcknowledged(bob.id());
        }
    }

    @Test
    void shouldDeliverAllInOrderThroughALossyNetwork() {
        network.losePuts(0.4);
        network.loseGets(0.4);
        List<String> sent = new ArrayList<>();
        try (QueuePeer alice = alice();
                QueuePeer bob = bob().receiveFrom(alice.id())) {
            for (int i = 0; i < 60; i++) {
                sent.add("message " + i);
                alice.send(bob, sent.get(i));
            }

            bob.awaitReceived(sent.toArray(new String[0]));
            alice.awaitAllAcknowledged(bob.id());
        }
    }

    @Test
    void shouldDeliverAgainWhenTheHandlerFailed() {
        List<String> seen = new CopyOnWriteArrayList<>();
        AtomicInteger failures = new AtomicInteger();
        try (QueuePeer alice = alice();
                QueuePeer bob = bob()) {
            bob.queue.onMessage((from, id, payload) -> {
                String text = new String(payload, StandardCharsets.UTF_8);
                seen.add(text);
                int failure = text.equals("one") ? failures.incrementAndGet() : 0;
                if (failure == 1) {
                    throw new IllegalStateException("thrown by a test");
                }
                if (failure == 2) {
                    return CompletableFuture.failedFuture(new IllegalStateException("failed by a test"));
                }
                if (failure == 3) {
                    return null;
                }
                return CompletableFuture.completedFuture(null);
            });
            bob.queue.watch(alice.id());
            Eventually.get(alice.send(bob, "one"));
            Eventually.get(alice.send(bob, "two"));

            alice.awaitAllAcknowledged(bob.id());

            assertEquals(List.of("one", "one", "one", "one", "two"), seen);
            assertEquals(3, bob.count(QueueEvent.HANDLER_FAILED));
        }
    }

    @Test
    void shouldNotAcknowledgeBeforeTheHandlerIsDone() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        CompletableFuture<Void> called = new CompletableFuture<>();
        try (QueuePeer alice = alice();
                QueuePeer bob = bob()) {
            bob.queue.onMessage((from, id, payload) -> {
                called.complete(null);
                return done;
            });
            bob.queue.watch(alice.id());
            Eventually.get(alice.send(bob, "one"));
            Eventually.get(called);
            // Three polls of the sender after the handler was called, and still no acknowledgement.
            Slot ack = RecordKeys.between(aliceIdentity, bob.id()).ackFromPeer();
            Eventually.isTrue(
                    "receiver says where it waits",
                    () -> network.snapshot().stream()
                            .anyMatch(stored -> stored.slot().equals(ack)));
            assertEquals(1, Eventually.get(alice.queue.outstanding(bob.id())));

            done.complete(null);

            alice.awaitAllAcknowledged(bob.id());
        }
    }

    @Test
    void shouldWaitForAHandlerThatIsSetLater() {
        try (QueuePeer alice = alice();
                QueuePeer bob = bob()) {
            bob.queue.watch(alice.id());
            Eventually.get(alice.send(bob, "early"));

            bob.receiveFrom(alice.id());

            bob.awaitReceived("early");
        }
    }

    @Test
    void shouldDeliverNothingFromAPeerThatIsNotWatchedAnyMore() {
        Identity carolIdentity = Identity.generate();
        try (QueuePeer alice = alice();
                QueuePeer carol =
                        new QueuePeer(carolIdentity, network, directory.resolve("carol"), QueuePeer.QUICK, CLOCK);
                QueuePeer bob = bob().receiveFrom(alice.id())) {
            bob.queue.watch(carol.id());
            Eventually.get(alice.send(bob, "watched"));
            bob.awaitReceived("watched");
            bob.queue.unwatch(alice.id());
            Eventually.get(alice.send(bob, "not watched"));

            Eventually.get(carol.send(bob, "from carol"));
            bob.awaitReceived("watched", "from carol");

            bob.queue.watch(alice.id());
            bob.awaitReceived("watched", "from carol", "not watched");
        }
    }

    @Test
    void shouldDropASecondMessageOfTheSameId() {
        MessageId id = MessageId.random();
        try (QueuePeer alice = alice();
                QueuePeer bob = bob().receiveFrom(alice.id())) {
            Eventually.get(alice.queue.enqueue(bob.id(), id, new byte[] {'a'}));
            Eventually.get(alice.queue.enqueue(bob.id(), id, new byte[] {'a'}));
            Eventually.get(alice.send(bob, "b"));

            alice.awaitAllAcknowledged(bob.id());

            assertEquals(List.of("a", "b"), bob.received);
            assertEquals(1, bob.count(QueueEvent.DUPLICATE));
        }
    }

    @Test
    void shouldDropAMessageThatCameByAnotherWay() {
        MessageId id = MessageId.random();
        try (QueuePeer alice = alice();
                QueuePeer bob = bob()) {
            assertTrue(bob.store.markDelivered(alice.id(), id, CLOCK.instant().plusSeconds(600)));
            Eventually.get(alice.queue.enqueue(bob.id(), id, new byte[] {'a'}));
            bob.receiveFrom(alice.id());

            alice.awaitAllAcknowledged(bob.id());

            assertEquals(List.of(), bob.received);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldSayExactlyWhatIsTooLarge(boolean likeMainline) {
        MemoryDht dht = likeMainline ? MemoryDht.joinLikeMainline(network) : MemoryDht.join(network);
        try (QueuePeer alice = new QueuePeer(aliceIdentity, dht, directory.resolve("alice"), QueuePeer.QUICK, CLOCK);
                QueuePeer bob = bob().receiveFrom(alice.id())) {
            int most = alice.queue.maxMessageBytes();
            assertTrue(most > dht.capabilities().maxValueBytes() - 235, "most " + most);

            MessageTooLargeException refused = assertInstanceOf(
                    MessageTooLargeException.class,
                    Eventually.failureOf(alice.queue.enqueue(bob.id(), MessageId.random(), new byte[most + 1])));
            Eventually.get(alice.send(bob, "x".repeat(most)));

            assertEquals(most, refused.limit());
            bob.awaitReceived("x".repeat(most));
            assertEquals(0, alice.count(QueueEvent.PUT_FAILED));
        }
    }

    @Test
    void shouldRefuseMoreThanItsQuota() {
        QueueConfig config = QueueConfig.builder().quota(2, 3).build();
        Identity carol = Identity.generate();
        try (QueuePeer alice = new QueuePeer(aliceIdentity, network, directory.resolve("alice"), config, CLOCK)) {
            Eventually.get(alice.send(bobIdentity.peerId(), "1"));
            Eventually.get(alice.send(bobIdentity.peerId(), "2"));
            assertInstanceOf(QueueFullException.class, Eventually.failureOf(alice.send(bobIdentity.peerId(), "3")));
            Eventually.get(alice.send(carol.peerId(), "4"));
            assertInstanceOf(QueueFullException.class, Eventually.failureOf(alice.send(carol.peerId(), "5")));

            assertEquals(2, Eventually.get(alice.queue.outstanding(bobIdentity.peerId())));
            assertEquals(1, Eventually.get(alice.queue.outstanding(carol.peerId())));
            assertEquals(2, alice.count(QueueEvent.REFUSED_FULL));
        }
    }

    @Test
    void shouldRefuseMoreBytesThanItsQuota() {
        QueueConfig config = QueueConfig.builder().quotaBytes(1_000, 1_500).build();
        Identity carol = Identity.generate();
        try (QueuePeer alice = new QueuePeer(aliceIdentity, network, directory.resolve("alice"), config, CLOCK)) {
            Eventually.get(alice.send(bobIdentity.peerId(), "x".repeat(600)));
            assertInstanceOf(
                    QueueFullException.class, Eventually.failureOf(alice.send(bobIdentity.peerId(), "x".repeat(401))));
            Eventually.get(alice.send(bobIdentity.peerId(), "x".repeat(400)));
            assertInstanceOf(
                    QueueFullException.class, Eventually.failureOf(alice.send(carol.peerId(), "x".repeat(501))));
            Eventually.get(alice.send(carol.peerId(), "x".repeat(500)));
        }
        // What an earlier run left counts, too.
        try (QueuePeer alice = new QueuePeer(aliceIdentity, network, directory.resolve("alice"), config, CLOCK)) {
            assertInstanceOf(QueueFullException.class, Eventually.failureOf(alice.send(carol.peerId(), "x")));
        }
    }

    @Test
    void shouldHaveRoomAgainForAsManyBytesAsWereAcknowledged() {
        QueueConfig config = QueueConfig.builder()
                .pollInterval(Duration.ofMillis(20), Duration.ofMillis(60))
                .quotaBytes(1_000, 1_000)
                .build();
        try (QueuePeer alice = new QueuePeer(aliceIdentity, network, directory.resolve("alice"), config, CLOCK);
                QueuePeer bob = bob().receiveFrom(alice.id())) {
            for (int i = 0; i < 3; i++) {
                Eventually.get(alice.send(bob, "a".repeat(500)));
                Eventually.get(alice.send(bob, "b".repeat(500)));
                alice.awaitAllAcknowledged(bob.id());
            }
            assertEquals(6, bob.received.size());
        }
    }

    @Test
    void shouldTakeMessagesAgainOnceSomeWereAcknowledged() {
        QueueConfig config = QueueConfig.builder()
                .pollInterval(Duration.ofMillis(20), Duration.ofMillis(60))
                .quota(2, 2)
                .build();
        try (QueuePeer alice = new QueuePeer(aliceIdentity, network, directory.resolve("alice"), config, CLOCK);
                QueuePeer bob = bob().receiveFrom(alice.id())) {
            for (int i = 0; i < 3; i++) {
                Eventually.get(alice.send(bob, "a" + i));
                Eventually.get(alice.send(bob, "b" + i));
                alice.awaitAllAcknowledged(bob.id());
            }
            assertEquals(6, bob.received.size());
        }
    }

    @Test
    void shouldFailToTakeAMessageThatIsNotOnDisk() {
        QueuePeer alice = alice();
        alice.store.close();

        Throwable failure = Eventually.failureOf(alice.send(bobIdentity.peerId(), "lost?"));

        assertInstanceOf(TransportClosedException.class, failure);
        assertEquals(0, alice.count(QueueEvent.ENQUEUED));
        alice.close();
    }

    @Test
    void shouldFailPendingFuturesWhenClosed() {
        QueuePeer alice = alice();
        List<CompletableFuture<Void>> futures = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            futures.add(alice.send(bobIdentity.peerId(), "message " + i));
        }
        alice.queue.close();
        alice.queue.close();

        int safe = 0;
        for (CompletableFuture<Void> future : futures) {
            assertTrue(future.isDone(), "a future was left hanging");
            if (future.isCompletedExceptionally()) {
                assertInstanceOf(TransportClosedException.class, Eventually.failureOf(future));
            } else {
                safe++;
            }
        }
        assertInstanceOf(
                TransportClosedException.class, Eventually.failureOf(alice.send(bobIdentity.peerId(), "late")));
        assertFalse(Threads.running("culvert-queue"));
        alice.close();
        try (QueuePeer again = alice()) {
            int onDisk = Eventually.get(again.queue.outstanding(bobIdentity.peerId()));
            assertTrue(onDisk >= safe, safe + " were promised to be on disk, " + onDisk + " are");
        }
    }

    @Test
    void shouldCloseFromItsOwnHandler() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        try (QueuePeer alice = alice();
                QueuePeer bob = bob()) {
            bob.queue.onMessage((from, id, payload) -> {
                bob.queue.close();
                closed.complete(null);
                return new CompletableFuture<>();
            });
            bob.queue.watch(alice.id());
            alice.send(bob, "please close");

            Eventually.get(closed);
        }
        Eventually.isTrue("threads ended", () -> !Threads.running("culvert-queue"));
    }

    @Test
    void shouldCloseWithinASecondWhileAHandlerHangs() {
        CompletableFuture<Void> called = new CompletableFuture<>();
        CompletableFuture<Void> release = new CompletableFuture<>();
        try (QueuePeer alice = alice();
                QueuePeer bob = bob()) {
            bob.queue.onMessage((from, id, payload) -> {
                called.complete(null);
                return release.join() == null ? CompletableFuture.completedFuture(null) : release;
            });
            bob.queue.watch(alice.id());
            alice.send(bob, "hang");
            Eventually.get(called);

            Instant before = CLOCK.instant();
            bob.queue.close();
            Duration took = Duration.between(before, CLOCK.instant());
            release.complete(null);

            assertTrue(took.toMillis() < 1500, "close took " + took);
        }
    }
}
