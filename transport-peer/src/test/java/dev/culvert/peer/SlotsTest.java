package dev.culvert.peer;

import static dev.culvert.peer.TwoPeers.bytes;
import static dev.culvert.peer.TwoPeers.vanish;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.EndCause;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.Tier;
import dev.culvert.transport.TooManyConnectionsException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connections that come and go as fast as they can, many of them without a word: a hub's slots always come back. The long
 * form is {@code -Dculvert.connects=10000}.
 */
@Timeout(1_800)
@Tag("real-time")
class SlotsTest {
    private static final int CONNECTS = Integer.getInteger("culvert.connects", 300);
    private static final int SLOTS = 32;
    private static final int AT_ONCE = 4;
    private static final long SECONDS = 60;

    @TempDir
    Path directory;

    private final EndsOfConnections atHub = new EndsOfConnections();

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(SECONDS, TimeUnit.SECONDS);
    }

    private PeerTransport openHub(ManyPeers peers, int slots) throws Exception {
        PeerTransport hub = peers.builder(0).maxConnections(slots).open();
        hub.onConnection(atHub);
        for (int i = 1; i < peers.count(); i++) {
            get(hub.addContact(peers.id(i)));
        }
        return hub;
    }

    /** One client at the hub, which comes and goes. */
    private final class Client {
        private final ManyPeers peers;
        private final PeerTransport hub;
        private final int number;
        private final PeerId id;
        private final Random random;
        private PeerTransport transport;
        private @Nullable ConnectionInfo leftBehind;

        Client(ManyPeers peers, PeerTransport hub, int number, long seed) {
            this.peers = peers;
            this.hub = hub;
            this.number = number;
            id = peers.id(number);
            random = new Random(seed + number);
            transport = open();
        }

        private PeerTransport open() {
            return peers.builder(number).open();
        }

        void cycle() throws Exception {
            ConnectionInfo here = get(transport.connect(hub.localPeer()));
            if (leftBehind != null) {
                assertEquals(EndCause.REPLACED, atHub.awaitEnd(leftBehind).cause());
                leftBehind = null;
            }
            ConnectionInfo there = awaitUpAtHub();
            assertEquals(List.of(here), get(transport.connections()));
            if (random.nextInt(3) == 0) {
                assertEquals(
                        Tier.DIRECT,
                        get(transport.send(hub.localPeer(), bytes("x"))).tier());
            }
            switch (random.nextInt(5)) {
                case 0 -> get(transport.disconnect(hub.localPeer()));
                case 1 -> get(hub.disconnect(id));
                case 2 -> endByBoth();
                case 3 -> get(hub.removeContact(id));
                default -> leave(there);
            }
            if (leftBehind == null) {
                atHub.awaitEnd(there);
                assertEquals(Optional.empty(), get(hub.connection(id)));
                assertEquals(Optional.empty(), get(hub.connection(there.id())));
                get(hub.addContact(id));
            }
            if (leftBehind == null && random.nextInt(4) == 0) {
                giveUpHalfWay();
            }
        }

        /** Of those that came up and were given up half way, some are told of late. */
        private ConnectionInfo awaitUpAtHub() throws Exception {
            ConnectionInfo there = atHub.awaitUp(id);
            while (get(hub.connection(there.id())).isEmpty()) {
                there = atHub.awaitUp(id);
            }
            assertEquals(there.id(), get(hub.connection(id)).orElseThrow().id());
            List<PeerId> all =
                    get(hub.connections()).stream().map(ConnectionInfo::peer).toList();
            assertEquals(1, Collections.frequency(all, id));
            assertEquals(Set.copyOf(all).size(), all.size(), "a peer is there twice");
            return there;
        }

        private void endByBoth() throws Exception {
            CompletableFuture<Void> here = transport.disconnect(hub.localPeer());
            CompletableFuture<Void> there = hub.disconnect(id);
            get(here);
            get(there);
            assertEquals(Optional.empty(), get(transport.connection(hub.localPeer())));
        }

        /** As a process that is killed: the hub hears nothing, and the next connection takes the old one's place. */
        private void leave(ConnectionInfo there) {
            leftBehind = there;
            vanish(transport);
            transport.close();
            transport = open();
        }

        private void giveUpHalfWay() throws Exception {
            CompletableFuture<ConnectionInfo> connecting = transport.connect(hub.localPeer());
            long until = System.nanoTime() + random.nextInt(40_000_000);
            while (System.nanoTime() < until && !connecting.isDone()) {
                Thread.onSpinWait();
            }
            get(transport.disconnect(hub.localPeer()));
            assertTrue(connecting.isDone());
            assertEquals(List.of(), get(transport.connections()));
        }

        void end() {
            transport.close();
        }
    }

    @Test
    void shouldNeverRunOutOfSlots() throws Exception {
        long seed = System.nanoTime();
        System.out.println(CONNECTS + " connects with seed " + seed);
        ManyPeers peers = new ManyPeers(directory, 1 + SLOTS);
        List<Client> clients = new ArrayList<>();
        try (PeerTransport hub = openHub(peers, SLOTS)) {
            BlockingQueue<Client> idle = new LinkedBlockingQueue<>();
            try {
                for (int i = 1; i <= SLOTS; i++) {
                    clients.add(new Client(peers, hub, i, seed));
                }
                idle.addAll(clients);
                runAll(idle);
                assertEquals(0, hub.counters().get("connections.no-slot"));
                assertNothingSwept();
                long abrupt = clients.stream()
                        .filter(client -> client.leftBehind != null)
                        .count();
                assertTrue(get(hub.connections()).size() >= abrupt, "nobody has told the hub that these are gone");
                for (Client client : clients) {
                    get(hub.disconnect(client.id));
                }
                assertEquals(SLOTS, hub.counters().get("connections.free-slots"));
                assertEquals(0, hub.dialler().contextCount());
            } finally {
                clients.forEach(Client::end);
            }
        }
        System.out.println(
                atHub.all.stream().collect(Collectors.groupingBy(ConnectionEnd::cause, Collectors.counting())));
    }

    private static void runAll(BlockingQueue<Client> idle) throws Exception {
        AtomicInteger left = new AtomicInteger(CONNECTS);
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                running.add(threads.submit(() -> {
                    while (left.getAndDecrement() > 0) {
                        Client client = idle.take();
                        client.cycle();
                        idle.add(client);
                    }
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
            threads.awaitTermination(SECONDS, TimeUnit.SECONDS);
        }
    }

    private void assertNothingSwept() {
        List<ConnectionEnd> swept =
                atHub.all.stream().filter(end -> end.cause() == EndCause.SWEPT).toList();
        assertEquals(List.of(), swept);
    }

    @Test
    void shouldRefuseOneTooManyAndHarmNobody() throws Exception {
        ManyPeers peers = new ManyPeers(directory, 4);
        BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        try (PeerTransport hub = openHub(peers, 2);
                PeerTransport first = peers.builder(1).open();
                PeerTransport second = peers.builder(2).open();
                PeerTransport third =
                        peers.builder(3).queueAfter(Duration.ofMillis(200)).open()) {
            hub.onMessage((from, message) -> texts.add(new String(message.payload(), StandardCharsets.UTF_8)));
            get(first.connect(peers.id(0)));
            get(second.connect(peers.id(0)));
            atHub.awaitUp(peers.id(1));
            atHub.awaitUp(peers.id(2));

            ExecutionException refused = assertThrows(ExecutionException.class, () -> get(hub.connect(peers.id(3))));
            assertInstanceOf(TooManyConnectionsException.class, refused.getCause());
            // What can wait in the queue does, at once; what is too large for it fails for what was missing.
            assertEquals(Tier.QUEUED, get(hub.send(peers.id(3), bytes("later"))).tier());
            byte[] large = new byte[hub.maxQueuedBytes() + 1];
            CompletionException tooLarge = assertThrows(
                    CompletionException.class,
                    () -> hub.send(peers.id(3), large).join());
            assertInstanceOf(TooManyConnectionsException.class, tooLarge.getCause());
            // Nor is its offer answered; its message comes by the queue.
            assertEquals(
                    Tier.QUEUED,
                    get(third.send(peers.id(0), bytes("by the queue"))).tier());
            assertEquals("by the queue", texts.poll(SECONDS, TimeUnit.SECONDS));

            assertEquals(Tier.DIRECT, get(first.send(peers.id(0), bytes("one"))).tier());
            assertEquals("one", texts.poll(SECONDS, TimeUnit.SECONDS));
            assertEquals(
                    Tier.DIRECT, get(second.send(peers.id(0), bytes("two"))).tier());
            assertEquals("two", texts.poll(SECONDS, TimeUnit.SECONDS));
            assertEquals(
                    Set.of(peers.id(1), peers.id(2)),
                    get(hub.connections()).stream().map(ConnectionInfo::peer).collect(Collectors.toSet()));

            get(first.disconnect(peers.id(0)));
            atHub.awaitEnd(peers.id(1));
            // The third still waits for the answer to its offer, and gets it.
            assertEquals(peers.id(3), get(hub.connect(peers.id(3))).peer());
        }
    }

    /** The third has given up meanwhile: its offer is not what it waits for an answer to when the hub has room. */
    @Test
    void shouldNotAnswerAnOfferThatWasTakenBack() throws Exception {
        ManyPeers peers = new ManyPeers(directory, 3);
        try (PeerTransport hub = openHub(peers, 1);
                PeerTransport first = peers.builder(1).open();
                PeerTransport second = peers.builder(2).open()) {
            get(first.connect(peers.id(0)));
            atHub.awaitUp(peers.id(1));
            get(second.addContact(peers.id(0)));
            CompletableFuture<ConnectionInfo> refused = second.connect(peers.id(0));
            while (hub.counters().get("connections.no-slot") == 0) {
                Thread.onSpinWait();
            }
            get(second.disconnect(peers.id(0)));
            assertTrue(refused.isCompletedExceptionally());
            get(first.disconnect(peers.id(0)));
            atHub.awaitEnd(peers.id(1));

            assertEquals(
                    peers.id(2),
                    hub.connect(peers.id(2)).get(10, TimeUnit.SECONDS).peer());
        }
    }

    /** Its path is gone and nobody has said so: what the sweep is for. */
    @Test
    void shouldSweepAConnectionWhosePathIsGone() throws Exception {
        ManyPeers peers = new ManyPeers(directory, 3);
        try (PeerTransport hub = openHub(peers, 2);
                PeerTransport first = peers.builder(1).open();
                PeerTransport second = peers.builder(2).open()) {
            get(first.connect(peers.id(0)));
            get(second.connect(peers.id(0)));
            atHub.awaitUp(peers.id(1));
            atHub.awaitUp(peers.id(2));

            vanish(hub); // its contexts are closed under it
            get(hub.disconnect(peers.id(1))); // a sweep follows

            assertEquals(EndCause.SWEPT, atHub.awaitEnd(peers.id(2)).cause());
            assertEquals(2, hub.counters().get("connections.free-slots"));
        }
    }
}
