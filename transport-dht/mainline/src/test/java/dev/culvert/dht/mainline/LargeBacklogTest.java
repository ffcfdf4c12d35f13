package dev.culvert.dht.mainline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.MessageQueue;
import dev.culvert.dht.MessageStore;
import dev.culvert.dht.QueueConfig;
import dev.culvert.dht.SplittingDht;
import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many large messages wait on both sides at once, each in a hundred parts, and the engine has both sides' gets and puts to do. {@code -Dculvert.backlog=160} for a long form.
 */
@Timeout(900)
class LargeBacklogTest {
    private static final int MESSAGES = Integer.getInteger("culvert.backlog", 8);
    private static final int LENGTH = 100_000;

    @TempDir
    Path directory;

    private static final class Peer implements AutoCloseable {
        final Identity identity = Identity.generate();
        final List<Integer> received = new CopyOnWriteArrayList<>();
        final CountDownLatch all = new CountDownLatch(MESSAGES);
        volatile long firstNanos;
        final MessageStore store;
        final MessageQueue queue;

        Peer(MainlineDht node, Path directory) {
            store = MessageStore.open(directory);
            queue = MessageQueue.open(
                    identity, SplittingDht.over(node), store, QueueConfig.defaults(), Clock.systemUTC());
        }

        void receiveFrom(PeerId peer) {
            queue.onMessage((sender, id, payload) -> {
                assertEquals(LENGTH, payload.length);
                received.add(ByteBuffer.wrap(payload).getInt());
                firstNanos = firstNanos == 0 ? System.nanoTime() : firstNanos;
                all.countDown();
                return CompletableFuture.completedFuture(null);
            });
            queue.watch(peer);
        }

        void sendAll(PeerId to) {
            byte[] payload = new byte[LENGTH];
            for (int i = 0; i < MESSAGES; i++) {
                new Random(i).nextBytes(payload);
                ByteBuffer.wrap(payload).putInt(i);
                queue.enqueue(to, MessageId.random(), payload.clone()).join();
            }
        }

        @Override
        public void close() {
            queue.close();
            store.close();
        }
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    @Test
    void shouldArriveOnBothSidesInOrder() throws Exception {
        try (LoopbackSwarm swarm = LoopbackSwarm.start(8);
                Peer one = new Peer(swarm.node(2), directory.resolve("one"));
                Peer two = new Peer(swarm.node(5), directory.resolve("two"))) {
            one.receiveFrom(two.identity.peerId());
            two.receiveFrom(one.identity.peerId());
            long start = System.nanoTime();
            one.sendAll(two.identity.peerId());
            two.sendAll(one.identity.peerId());

            List<Integer> wanted = IntStream.range(0, MESSAGES).boxed().toList();
            for (Peer peer : List.of(one, two)) {
                assertTrue(peer.all.await(600, TimeUnit.SECONDS), () -> peer.received + " arrived");
                assertEquals(wanted, peer.received);
            }
            System.out.printf(
                    "%d messages each way: the first after %d and %d ms, all after %d ms%n",
                    MESSAGES,
                    millis(one.firstNanos - start),
                    millis(two.firstNanos - start),
                    millis(System.nanoTime() - start));
        }
    }
}
