package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lost disks, messages that expire, and networks that forget. */
class MessageQueueRecoveryTest {
    @TempDir
    private Path directory;

    private final TestClock clock = TestClock.runningFrom(Instant.parse("2026-11-15T12:00:00Z"));
    private final MemoryNetwork network = new MemoryNetwork(clock);
    private final Identity aliceIdentity = Identity.generate();
    private final Identity bobIdentity = Identity.generate();

    private QueuePeer peer(Identity identity, String disk) {
        return new QueuePeer(
                identity, MemoryDht.joinLikeMainline(network), directory.resolve(disk), QueuePeer.QUICK, clock);
    }

    private void exchange(String aliceDisk, String bobDisk, String... texts) {
        try (QueuePeer alice = peer(aliceIdentity, aliceDisk);
                QueuePeer bob = peer(bobIdentity, bobDisk).receiveFrom(alice.id())) {
            for (String text : texts) {
                Eventually.get(alice.send(bob, text));
            }
            bob.awaitReceived(texts);
            alice.awaitAllAcknowledged(bob.id());
        }
    }

    @Test
    void shouldGoOnAfterTheSenderLostItsDisk() {
        exchange("alice", "bob", "one", "two", "three");

        exchange("alice with a new disk", "bob", "four", "five");
    }

    @Test
    void shouldGoOnAfterTheReceiverLostItsDisk() {
        exchange("alice", "bob", "one", "two", "three");

        exchange("alice", "bob with a new disk", "four", "five");
    }

    @Test
    void shouldGoOnAfterBothLostTheirDisks() {
        exchange("alice", "bob", "one", "two", "three");

        exchange("alice with a new disk", "bob with a new disk", "four", "five");
    }

    @Test
    void shouldGoOnAfterTheReceiverLostItsDiskAndTheNetworkForgotEverything() {
        exchange("alice", "bob", "one", "two", "three");
        clock.move(Duration.ofHours(3));
        assertEquals(List.of(), network.snapshot());

        exchange("alice", "bob with a new disk", "four", "five");
    }

    @Test
    void shouldGoOnAfterTheSenderLostItsDiskAndTheNetworkForgotEverything() {
        exchange("alice", "bob", "one", "two", "three");
        clock.move(Duration.ofHours(3));
        assertEquals(List.of(), network.snapshot());

        exchange("alice with a new disk", "bob", "four", "five");
    }

    @Test
    void shouldNotDeliverAgainWhatAReceiverWithoutItsDiskHadAcknowledged() {
        try (QueuePeer alice = peer(aliceIdentity, "alice")) {
            Eventually.get(alice.send(bobIdentity.peerId(), "one"));
            try (QueuePeer bob = peer(bobIdentity, "bob").receiveFrom(alice.id())) {
                bob.awaitReceived("one");
                RecordKeys keys = RecordKeys.between(bobIdentity, alice.id());
                alice.awaitAllAcknowledged(bob.id());
                assertTrue(network.snapshot().stream()
                        .anyMatch(
                                stored -> stored.slot().equals(keys.ackToSelf().slot())));
            }
            // The record of the delivered message comes back, as from a keeper.
            RecordKeys keys = RecordKeys.between(aliceIdentity, bobIdentity.peerId());
            WritableSlot first = keys.outboxToPeer(0);
            byte[] envelope = new QueueEnvelope(1, 0, MessageId.random(), new byte[] {'x'}).encode();
            byte[] record = SealedRecord.seal(
                    aliceIdentity,
                    bobIdentity.peerId(),
                    first.slot().key(),
                    1,
                    clock.instant().plusSeconds(600),
                    envelope);
            Eventually.get(alice.dht.put(first, Long.MAX_VALUE, record, Duration.ofHours(1)));

            try (QueuePeer bob = peer(bobIdentity, "bob with a new disk").receiveFrom(alice.id())) {
                Eventually.get(alice.send(bob, "two"));
                bob.awaitReceived("two");
            }
        }
    }

    @Test
    void shouldLoseNothingWhenTheSenderGotAnOldCopyOfItsDiskBack() throws IOException {
        exchange("alice", "bob", "one");
        Files.createDirectories(directory.resolve("copy"));
        Files.copy(
                directory.resolve("alice").resolve(MessageStore.FILE_NAME),
                directory.resolve("copy").resolve(MessageStore.FILE_NAME));
        exchange("alice", "bob", "two", "three", "four");

        // As many as were forgotten: their numbers are in use already.
        exchange("copy", "bob", "five", "six", "seven");
    }

    @Test
    void shouldGiveUpExpiredMessagesAndDeliverTheNextOnes() {
        List<MessageId> expired = new CopyOnWriteArrayList<>();
        MessageId first = MessageId.random();
        MessageId second = MessageId.random();
        try (QueuePeer alice = peer(aliceIdentity, "alice")) {
            alice.queue.onExpired((peer, id) -> expired.add(id));
            Eventually.get(alice.queue.enqueue(bobIdentity.peerId(), first, new byte[] {'1'}));
            Eventually.get(alice.queue.enqueue(bobIdentity.peerId(), second, new byte[] {'2'}));
            clock.move(Duration.ofDays(4));
            Eventually.get(alice.send(bobIdentity.peerId(), "three"));
            clock.move(Duration.ofDays(3).plusSeconds(1));

            Eventually.isTrue("two messages given up", () -> expired.size() == 2);
            assertEquals(List.of(first, second), expired);
            assertEquals(1, Eventually.get(alice.queue.outstanding(bobIdentity.peerId())));

            try (QueuePeer bob = peer(bobIdentity, "bob").receiveFrom(alice.id())) {
                bob.awaitReceived("three");
                alice.awaitAllAcknowledged(bob.id());
            }
        }
    }

    @Test
    void shouldDeliverAfterTheReceiverMissedMessagesThatExpired() {
        exchange("alice", "bob", "one");
        try (QueuePeer alice = peer(aliceIdentity, "alice")) {
            Eventually.get(alice.send(bobIdentity.peerId(), "missed"));
            clock.move(Duration.ofDays(8));
            Eventually.isTrue("given up", () -> Eventually.get(alice.queue.outstanding(bobIdentity.peerId())) == 0);
        }

        exchange("alice", "bob", "two", "three");
    }

    @Test
    void shouldPutMessagesAgainBeforeTheNetworkForgetsThem() {
        try (QueuePeer alice = peer(aliceIdentity, "alice")) {
            Eventually.get(alice.send(bobIdentity.peerId(), "still here"));
            // The engine keeps values for 2 hours; in steps of 40 minutes the record must be there all day.
            Slot slot = RecordKeys.between(aliceIdentity, bobIdentity.peerId())
                    .outboxToPeer(0)
                    .slot();
            for (int i = 0; i < 36; i++) {
                clock.move(Duration.ofMinutes(40));
                Instant moved = clock.instant();
                Eventually.isTrue(
                        "record put again",
                        () -> network.snapshot().stream()
                                .anyMatch(stored -> stored.slot().equals(slot)
                                        && stored.expiry().isAfter(moved.plus(Duration.ofMinutes(110)))));
            }

            try (QueuePeer bob = peer(bobIdentity, "bob").receiveFrom(alice.id())) {
                bob.awaitReceived("still here");
            }
        }
    }

    @Test
    void shouldKeepAcknowledgingForASenderThatIsAway() {
        try (QueuePeer alice = peer(aliceIdentity, "alice")) {
            Eventually.get(alice.send(bobIdentity.peerId(), "one"));
            Eventually.isTrue("message put", () -> !network.snapshot().isEmpty());
        }
        Slot ack = RecordKeys.between(bobIdentity, aliceIdentity.peerId())
                .ackToPeer()
                .slot();
        try (QueuePeer bob = peer(bobIdentity, "bob").receiveFrom(aliceIdentity.peerId())) {
            bob.awaitReceived("one");
            bob.queue.unwatch(aliceIdentity.peerId());
            for (int i = 0; i < 6; i++) {
                Eventually.isTrue("acknowledgement there", () -> {
                    // Any call wakes the queue, which else notices the clock's jump a few seconds later.
                    Eventually.get(bob.queue.outstanding(aliceIdentity.peerId()));
                    return network.snapshot().stream()
                            .anyMatch(stored -> stored.slot().equals(ack)
                                    && stored.expiry().isAfter(clock.instant().plus(Duration.ofMinutes(110))));
                });
                clock.move(Duration.ofMinutes(40));
            }
        }
        try (QueuePeer alice = peer(aliceIdentity, "alice")) {
            alice.awaitAllAcknowledged(bobIdentity.peerId());
        }
    }

    /** Puts that were made, by slot. */
    private static final class CountingPuts extends DelegatingDht {
        private final List<Slot> puts = new CopyOnWriteArrayList<>();

        CountingPuts(Dht dht) {
            super(dht);
        }

        @Override
        public CompletableFuture<Integer> put(WritableSlot slot, long sequence, byte[] value, Duration ttl) {
            puts.add(slot.slot());
            return super.put(slot, sequence, value, ttl);
        }

        void await(Slot slot, int count) {
            Eventually.isTrue(
                    "put " + count + " times",
                    () -> puts.stream().filter(slot::equals).count() >= count);
        }
    }

    @Test
    void shouldPutAMessageAgainAsItWas() {
        QueueConfig config = QueueConfig.builder()
                .pollInterval(Duration.ofMillis(20), Duration.ofMillis(60))
                .republishPeriod(Duration.ofMillis(40))
                .build();
        Slot slot = RecordKeys.between(aliceIdentity, bobIdentity.peerId())
                .outboxToPeer(0)
                .slot();
        byte[] first;
        CountingPuts engine = new CountingPuts(MemoryDht.join(network));
        try (QueuePeer alice = new QueuePeer(aliceIdentity, engine, directory.resolve("alice"), config, clock)) {
            Eventually.get(alice.send(bobIdentity.peerId(), "again"));
            engine.await(slot, 1);
            first = Eventually.get(engine.get(slot)).get(0);
            engine.await(slot, 3);
            assertArrayEquals(first, Eventually.get(engine.get(slot)).get(0));
        }
        CountingPuts later = new CountingPuts(MemoryDht.join(network));
        try (QueuePeer alice = new QueuePeer(aliceIdentity, later, directory.resolve("alice"), config, clock);
                QueuePeer bob = new QueuePeer(bobIdentity, network, directory.resolve("bob"), config, clock)) {
            later.await(slot, 2);
            assertArrayEquals(first, Eventually.get(later.get(slot)).get(0));
            bob.receiveFrom(alice.id()).awaitReceived("again");
        }
    }
}
