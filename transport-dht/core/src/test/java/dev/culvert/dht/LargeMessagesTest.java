package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.PeerId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queued messages that are many times larger than the engine's values, as on Mainline. */
class LargeMessagesTest {
    private final MemoryNetwork network = new MemoryNetwork();
    private final Identity aliceIdentity = Identity.generate();
    private final Identity bobIdentity = Identity.generate();

    @TempDir
    Path directory;

    private QueuePeer peer(Identity identity, String name) {
        return peer(identity, name, MemoryDht.joinLikeMainline(network));
    }

    private QueuePeer peer(Identity identity, String name, Dht engine) {
        return new QueuePeer(
                identity, SplittingDht.over(engine), directory.resolve(name), QueuePeer.QUICK, Clock.systemUTC());
    }

    private static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void shouldDeliverMessagesOfAnySizeInOrder() {
        List<byte[]> messages = List.of(
                bytes(MessageQueue.MAX_MESSAGE_BYTES, 1),
                bytes(1, 2),
                bytes(64 << 10, 3),
                bytes(700, 4),
                bytes(1_000, 5),
                bytes(MessageQueue.MAX_MESSAGE_BYTES, 6));
        List<byte[]> received = new CopyOnWriteArrayList<>();
        try (QueuePeer alice = peer(aliceIdentity, "alice");
                QueuePeer bob = peer(bobIdentity, "bob")) {
            bob.queue.onMessage((sender, id, payload) -> {
                received.add(payload);
                return CompletableFuture.completedFuture(null);
            });
            bob.queue.watch(alice.id());

            messages.forEach(message -> Eventually.get(alice.queue.enqueue(bob.id(), MessageId.random(), message)));
            alice.awaitAllAcknowledged(bob.id());

            assertEquals(messages.size(), received.size());
            for (int i = 0; i < messages.size(); i++) {
                assertArrayEquals(messages.get(i), received.get(i));
            }
        }
    }

    @Test
    void shouldRefuseWhatIsOverTheLimit() {
        try (QueuePeer alice = peer(aliceIdentity, "alice")) {
            byte[] over = bytes(MessageQueue.MAX_MESSAGE_BYTES + 1, 1);

            MessageTooLargeException refused = assertInstanceOf(
                    MessageTooLargeException.class,
                    Eventually.failureOf(alice.queue.enqueue(bobIdentity.peerId(), MessageId.random(), over)));

            assertEquals(MessageQueue.MAX_MESSAGE_BYTES, refused.limit());
        }
    }

    /** An engine to which large values go for ever. */
    private static final class Narrow extends DelegatingDht {
        final AtomicInteger underWay = new AtomicInteger();

        Narrow(Dht dht) {
            super(dht);
        }

        @Override
        public CompletableFuture<Integer> put(WritableSlot slot, long sequence, byte[] value, Duration ttl) {
            if (value.length <= 4_096) {
                return super.put(slot, sequence, value, ttl);
            }
            underWay.incrementAndGet();
            return new CompletableFuture<>();
        }
    }

    @Test
    void shouldExchangeSmallOnesWithOthersWhileLargeOnesAreOnTheirWay() {
        Narrow narrow = new Narrow(MemoryDht.join(network));
        Identity carolIdentity = Identity.generate();
        try (QueuePeer alice = peer(aliceIdentity, "alice", narrow);
                QueuePeer carol = peer(carolIdentity, "carol", MemoryDht.join(network))) {
            for (int i = 0; i < 100; i++) {
                Eventually.get(alice.queue.enqueue(bobIdentity.peerId(), MessageId.random(), bytes(100_000, i)));
            }
            Eventually.isTrue("some are on their way", () -> narrow.underWay.get() > 0);

            alice.receiveFrom(carol.id());
            carol.receiveFrom(alice.id());
            Eventually.get(alice.send(carol, "there"));
            Eventually.get(carol.send(alice, "back"));

            Eventually.isTrue(
                    "both small ones",
                    () -> carol.received.equals(List.of("there")) && alice.received.equals(List.of("back")));
            alice.awaitAllAcknowledged(carol.id());
            assertEquals(PutRoom.MOST_BYTES / 100_000, narrow.underWay.get());
        }
    }

    /** While the first message is missing those behind it must not fill the memory: of ten senders that is 18 MiB. */
    @Test
    void shouldNotKeepMoreThanItHasRoomFor() {
        PlantingDht engine = new PlantingDht(MemoryDht.join(network));
        Map<PeerId, List<Byte>> received = new ConcurrentHashMap<>();
        List<QueuePeer> senders = new ArrayList<>();
        try (QueuePeer bob = peer(bobIdentity, "bob", engine)) {
            for (int i = 0; i < 10; i++) {
                senders.add(peer(Identity.generate(), "sender" + i, MemoryDht.join(network)));
            }
            engine.hide(senders.stream()
                    .map(sender -> RecordKeys.between(bobIdentity, sender.id()).outboxFromPeer(0))
                    .toList());
            for (QueuePeer sender : senders) {
                for (byte n = 0; n < 8; n++) {
                    byte[] message = bytes(MessageQueue.MAX_MESSAGE_BYTES, n);
                    message[0] = n;
                    Eventually.get(sender.queue.enqueue(bob.id(), MessageId.random(), message));
                }
            }
            bob.queue.onMessage((sender, id, payload) -> {
                received.computeIfAbsent(sender, added -> new CopyOnWriteArrayList<>())
                        .add(payload[0]);
                return CompletableFuture.completedFuture(null);
            });
            senders.forEach(sender -> bob.queue.watch(sender.id()));
            Eventually.isTrue("left for later", () -> bob.count(QueueEvent.LEFT_FOR_LATER) > 0);
            assertEquals(Map.of(), received);

            engine.showAll();
            senders.forEach(sender -> sender.awaitAllAcknowledged(bob.id()));

            assertEquals(10, received.size());
            received.values()
                    .forEach(order -> assertEquals(
                            List.of((byte) 0, (byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 5, (byte) 6, (byte) 7),
                            order));
        } finally {
            senders.forEach(QueuePeer::close);
        }
    }
}
