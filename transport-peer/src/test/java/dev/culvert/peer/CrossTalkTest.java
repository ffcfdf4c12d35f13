package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.SendResult;
import dev.culvert.transport.Tier;
import dev.culvert.transport.TransportClosedException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many peers that all talk at once: what arrives is from whom it says, for whom it was meant, once and in order. The long
 * form of the random run is {@code -Dculvert.random.seconds=600}.
 */
@Timeout(1_200)
@Tag("real-time")
class CrossTalkTest {
    private static final int RANDOM_SECONDS = Integer.getInteger("culvert.random.seconds", 8);
    private static final long PATIENCE_SECONDS = 120;
    private static final int LONGEST = 30_000;

    @TempDir
    Path directory;

    private final List<PeerTransport> open = Collections.synchronizedList(new ArrayList<>());

    private PeerTransport open(ManyPeers peers, Conversations conversations, int number) {
        PeerTransport transport = peers.builder(number)
                .queueAfter(Duration.ofSeconds(PATIENCE_SECONDS)) // 400 connections at once take longer than one
                .connectTimeout(Duration.ofSeconds(PATIENCE_SECONDS))
                .open();
        transport.onMessage((from, message) -> conversations.arrived(number, from, message));
        open.add(transport);
        return transport;
    }

    private void closeAll() {
        open.parallelStream().forEach(PeerTransport::close);
    }

    private static void allConnected(List<CompletableFuture<SendResult>> results) {
        Map<Tier, Integer> tiers = new EnumMap<>(Tier.class);
        for (CompletableFuture<SendResult> result : results) {
            tiers.merge(
                    result.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join().tier(), 1, Integer::sum);
        }
        System.out.println(tiers);
        assertEquals(Map.of(Tier.DIRECT, results.size()), tiers);
    }

    @Test
    void shouldKeepTenPeersApartThatAllTalkToEachOther() throws Exception {
        int count = 10;
        ManyPeers peers = new ManyPeers(directory, count);
        Conversations conversations = new Conversations(peers);
        try {
            for (int i = 0; i < count; i++) {
                open(peers, conversations, i);
            }
            Random random = new Random(10);
            List<CompletableFuture<SendResult>> results = new ArrayList<>();
            for (int round = 0; round < 20; round++) {
                for (int from = 0; from < count; from++) {
                    for (int to = 0; to < count; to++) {
                        if (from != to) {
                            results.add(conversations.send(open.get(from), from, to, random.nextInt(LONGEST)));
                        }
                    }
                }
            }
            allConnected(results);
            conversations.assertAllArrived(PATIENCE_SECONDS);
        } finally {
            closeAll();
        }
    }

    @Test
    void shouldKeepTwoHundredPeersApart() throws Exception {
        int count = 200;
        ManyPeers peers = new ManyPeers(directory, count);
        Conversations conversations = new Conversations(peers);
        try {
            for (int i = 0; i < count; i++) {
                open(peers, conversations, i);
            }
            for (int i = 1; i < count; i++) { // each knows the hub and who is next to it
                open.get(0).addContact(peers.id(i)).join();
                open.get(i).addContact(peers.id(0)).join();
                int next = 1 + i % (count - 1);
                open.get(next).addContact(peers.id(i)).join();
            }
            Random random = new Random(200);
            List<CompletableFuture<SendResult>> results = new ArrayList<>();
            for (int round = 0; round < 5; round++) {
                for (int i = 1; i < count; i++) {
                    results.add(conversations.send(open.get(0), 0, i, random.nextInt(LONGEST)));
                    results.add(conversations.send(open.get(i), i, 0, random.nextInt(LONGEST)));
                    int next = 1 + i % (count - 1);
                    results.add(conversations.send(open.get(i), i, next, random.nextInt(LONGEST)));
                }
            }
            allConnected(results);
            conversations.assertAllArrived(PATIENCE_SECONDS);
            assertEquals(count - 1, open.get(0).connections().join().size());
        } finally {
            closeAll();
        }
    }

    /** Sends, connects, disconnects, forgets, closes and opens again, each peer at random and several at once. */
    @Test
    void shouldSurviveWhateverAppsDoAtRandom() throws Exception {
        long seed = System.nanoTime();
        System.out.println(RANDOM_SECONDS + " s at random with seed " + seed);
        int count = 10;
        ManyPeers peers = new ManyPeers(directory, count);
        Conversations conversations = new Conversations(peers);
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            for (int i = 0; i < count; i++) {
                open.add(openAtRandom(peers, conversations, i, new Random(seed - i)));
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(RANDOM_SECONDS);
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                RandomApp app = new RandomApp(peers, conversations, i, new Random(seed + i));
                running.add(threads.submit(() -> {
                    while (System.nanoTime() < end) {
                        app.act();
                    }
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
            for (int i = 0; i < count; i++) { // those that were forgotten last are waited for
                for (int other = 0; other < count; other++) {
                    if (other != i) {
                        open.get(i).addContact(peers.id(other)).join();
                    }
                }
            }
            conversations.assertAllArrived(PATIENCE_SECONDS);
            System.out.println(conversations.summary());
        } finally {
            threads.shutdownNow();
            closeAll();
        }
    }

    /** As an app does when it starts: with all its contacts, and less patience than the test has with it. */
    private static PeerTransport openAtRandom(ManyPeers peers, Conversations conversations, int number, Random random) {
        PeerTransport transport = peers.builder(number)
                .queueAfter(Duration.ofMillis(random.nextInt(3_000)))
                .open();
        transport.onMessage((from, message) -> conversations.arrived(number, from, message));
        for (int other = 0; other < peers.count(); other++) {
            if (other != number) {
                var unused = transport.addContact(peers.id(other));
            }
        }
        return transport;
    }

    /** One peer's app in the random run; a thread of its own. */
    private final class RandomApp {
        private static final int WINDOW = 50;

        private final ManyPeers peers;
        private final Conversations conversations;
        private final int number;
        private final Random random;
        private final List<CompletableFuture<SendResult>> onTheirWay = new ArrayList<>();

        RandomApp(ManyPeers peers, Conversations conversations, int number, Random random) {
            this.peers = peers;
            this.conversations = conversations;
            this.number = number;
            this.random = random;
        }

        void act() throws Exception {
            int other = (number + 1 + random.nextInt(peers.count() - 1)) % peers.count();
            PeerTransport self = open.get(number);
            int dice = random.nextInt(1_000);
            if (dice < 900) {
                send(self, other);
            } else if (dice < 930) {
                self.disconnect(peers.id(other)).join();
            } else if (dice < 950) {
                var unused = self.connect(peers.id(other)).exceptionally(failure -> null);
            } else if (dice < 960) {
                self.removeContact(peers.id(other)).join();
                self.addContact(peers.id(other)).join();
            } else if (dice < 995) {
                byte[] frame = new byte[1 + random.nextInt(100_000)];
                var unused = self.realTime().sendFrame(peers.id(other), ByteBuffer.wrap(frame));
            } else {
                self.close();
                open.set(number, openAtRandom(peers, conversations, number, random));
            }
        }

        private void send(PeerTransport self, int other) throws Exception {
            onTheirWay.add(conversations.send(self, number, other, random.nextInt(LONGEST)));
            if (onTheirWay.size() >= WINDOW) {
                for (CompletableFuture<SendResult> result : onTheirWay) {
                    try {
                        result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                    } catch (ExecutionException e) {
                        assertTrue(e.getCause() instanceof TransportClosedException, () -> "" + e.getCause());
                    }
                }
                onTheirWay.clear();
            }
        }
    }
}
