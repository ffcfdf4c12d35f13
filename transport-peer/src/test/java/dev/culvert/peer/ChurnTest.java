package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.QueueConfig;
import dev.culvert.transport.EndCause;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.SendResult;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two peers whose apps connect and disconnect from everywhere, inside the transport's own calls too, while both send: each
 * message arrives once and in order, each connection ends once, each future ends, and nothing is left.
 */
@Timeout(240)
class ChurnTest {
    private static final int MESSAGES = Integer.getInteger("culvert.churn", 600);

    /** So many are on their way at once when a connection ends, so that their order matters. */
    private static final int BURST = 20;

    private static final int SLOTS = 2;
    private static final int LEAST_ATTEMPTS = 20;

    @TempDir
    Path directory;

    private volatile boolean churning = true;
    private final Queue<CompletableFuture<?>> asked = new ConcurrentLinkedQueue<>();

    /** One side: what it sends, what it got, and what it was told. */
    private final class Side implements ConnectionListener {
        private final PeerTransport transport;
        private final PeerId other;
        private final Random random; // event loop only
        private final Queue<Integer> arrived = new ConcurrentLinkedQueue<>();
        private final Queue<Long> ups = new ConcurrentLinkedQueue<>();
        private final Queue<ConnectionEnd> ends = new ConcurrentLinkedQueue<>();
        private final List<CompletableFuture<SendResult>> sent = new ArrayList<>();

        Side(ManyPeers peers, int number, long seed) {
            random = new Random(seed + number);
            other = peers.id(1 - number);
            transport = peers.builder(number)
                    .maxConnections(SLOTS)
                    .queue(QueueConfig.builder()
                            .pollInterval(Duration.ofMillis(100), Duration.ofMillis(500))
                            .build())
                    .open();
            transport.onMessage((from, message) -> {
                int content = ByteBuffer.wrap(message.payload()).getInt();
                arrived.add(content);
                if (churning && content % 20 == 0) {
                    asked.add(transport.disconnect(other));
                }
            });
            transport.realTime().onDatagram((from, bytes) -> {
                if (churning && bytes.get() % 16 == 0) {
                    asked.add(transport.disconnect(other));
                    asked.add(transport.connect(other));
                }
            });
            transport.onConnection(this);
        }

        @Override
        public void onConnected(ConnectionInfo connection) {
            ups.add(connection.id());
            transport.realTime().sendDatagram(other, ByteBuffer.wrap(new byte[] {(byte) random.nextInt(128)}));
            if (churning && random.nextInt(4) == 0) {
                asked.add(transport.disconnect(other));
            }
        }

        @Override
        public void onDisconnected(PeerId peer, String cause) {
            if (churning) {
                asked.add(transport.connect(other));
            }
        }

        @Override
        public void onEnded(ConnectionEnd end) {
            ends.add(end);
            if (churning && random.nextInt(3) == 0) {
                asked.add(transport.connect(other));
            }
        }

        void send(int number) {
            sent.add(transport.send(
                    other, ByteBuffer.allocate(4).putInt(0, number).array()));
        }

        void awaitSent() throws Exception {
            for (CompletableFuture<SendResult> one : sent) {
                one.get(60, TimeUnit.SECONDS);
            }
        }

        void check() {
            holds(() -> arrived.size() + " of " + MESSAGES + " arrived", () -> arrived.size() >= MESSAGES);
            List<Integer> all = List.copyOf(arrived);
            for (int i = 0; i < all.size(); i++) {
                assertEquals(i, all.get(i), "the message at this place");
            }
            assertEquals(MESSAGES, all.size());
        }

        void checkEnds() {
            holds(() -> "not all is free", () -> transport.dialler().contextCount() == 0);
            transport.connections().join(); // an end is told of when its path is closed already
            assertEquals(SLOTS, transport.counters().get("connections.free-slots"));
            Set<Long> ended = new HashSet<>();
            Set<Long> wereUp = new HashSet<>();
            for (ConnectionEnd end : ends) {
                assertTrue(ended.add(end.connection()), () -> "told twice: " + end);
                assertTrue(end.cause() != EndCause.SWEPT, end::toString);
                assertTrue(end.freeSlots() <= SLOTS && end.freeSlots() >= SLOTS - 1, end::toString);
                if (end.wasUp()) {
                    wereUp.add(end.connection());
                }
            }
            assertEquals(Set.copyOf(ups), wereUp);
            assertEquals(ups.size(), wereUp.size());
            assertTrue(ended.size() >= LEAST_ATTEMPTS, () -> "only " + ended.size() + " attempts");
        }
    }

    private void churn(Side side, long seed) {
        Random random = new Random(seed);
        while (churning) {
            asked.add(
                    random.nextBoolean() ? side.transport.connect(side.other) : side.transport.disconnect(side.other));
            pause(random.nextInt(60));
        }
    }

    private static void holds(Supplier<String> what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, what);
            pause(1);
        }
    }

    /** Time is the input here: nothing is awaited. */
    private static void pause(int millis) {
        try {
            boolean unused = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Tag("real-time")
    @Test
    void shouldBringEachMessageOnceAndInOrderAndEndEachConnectionOnce() throws Exception {
        long seed = System.nanoTime();
        System.out.println("churn with seed " + seed);
        ManyPeers peers = new ManyPeers(directory, 2);
        Side a = new Side(peers, 0, seed);
        Side b = new Side(peers, 1, seed);
        try (PeerTransport unusedA = a.transport;
                PeerTransport unusedB = b.transport) {
            a.transport.addContact(a.other).get(10, TimeUnit.SECONDS);
            b.transport.addContact(b.other).get(10, TimeUnit.SECONDS);
            List<Thread> threads = List.of(new Thread(() -> churn(a, seed + 2)), new Thread(() -> churn(b, seed + 3)));
            threads.forEach(Thread::start);
            for (int i = 0; i < MESSAGES; i++) {
                a.send(i);
                b.send(i);
                if (i % BURST == BURST - 1) {
                    pause(10 * BURST);
                }
            }
            churning = false;
            for (Thread thread : threads) {
                thread.join();
            }
            a.awaitSent();
            b.awaitSent();
            a.check();
            b.check();
            // With both sides' answers still on the way one may come up again: until none does.
            holds(() -> "connections do not end", () -> {
                a.transport.disconnect(a.other).join();
                b.transport.disconnect(b.other).join();
                return a.transport.dialler().contextCount()
                                + b.transport.dialler().contextCount()
                        == 0;
            });
            for (CompletableFuture<?> one : asked) {
                assertTrue(one.handle((done, failure) -> true).get(30, TimeUnit.SECONDS));
            }
            a.checkEnds();
            b.checkEnds();
            System.out.println(a.ends.size() + " and " + b.ends.size() + " attempts, " + a.ups.size() + " and "
                    + b.ups.size() + " came up");
        }
    }
}
