package dev.culvert.peer;

import static dev.culvert.peer.TwoPeers.bytes;
import static dev.culvert.peer.TwoPeers.take;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.Keeper;
import dev.culvert.dht.KeeperConfig;
import dev.culvert.dht.KeeperEvent;
import dev.culvert.dht.QueueConfig;
import dev.culvert.dht.mainline.LoopbackSwarm;
import dev.culvert.dht.mainline.MainlineConfig;
import dev.culvert.dht.mainline.MainlineDht;
import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PrivacyMode;
import dev.culvert.transport.Tier;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A sender, its keeper and a receiver as whole peers. */
@Timeout(120)
class KeeperPeerTest {
    private static final long PATIENCE_SECONDS = 60;

    @TempDir
    Path directory;

    private final Identity keeping = Identity.generate();

    private static void await(PeerTransport sender) throws Exception {
        sender.whenKept().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** As a loopback peer of the swarm, with everything quick. */
    private PeerTransportBuilder on(LoopbackSwarm swarm, Identity self, String name) {
        return PeerTransport.builder(self)
                .dht(MainlineDht.open(MainlineConfig.closed("127.0.0.1:0", swarm.bootstrapAddresses())
                        .build()))
                .directory(directory.resolve(name))
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .includeLoopback(true)
                .connectTimeout(Duration.ofSeconds(3))
                .pollInterval(Duration.ofMillis(300))
                .queue(QueueConfig.builder()
                        .pollInterval(Duration.ofMillis(200), Duration.ofSeconds(1))
                        .retry(Duration.ofMillis(200), Duration.ofSeconds(1))
                        .build());
    }

    @Test
    void shouldBringMessagesIntoANetworkThatItsSenderNeverSaw() throws Exception {
        Identity a = Identity.generate();
        Identity b = Identity.generate();
        byte[] large = new byte[20_000];
        large[19_999] = 7;
        try (LoopbackSwarm first = LoopbackSwarm.start(4)) {
            try (KeeperPeer keeper =
                            on(first, keeping, "keeper").openKeeper(KeeperConfig.defaults(), List.of(a.peerId()));
                    PeerTransport sender =
                            on(first, a, "a").keeper(keeper.localPeer()).open()) {
                assertEquals(
                        Tier.QUEUED,
                        sender.send(b.peerId(), bytes("one")).join().tier());
                assertEquals(Tier.QUEUED, sender.send(b.peerId(), large).join().tier());
                await(sender);
                assertEquals(2, keeper.held().join().records());
            }
        }
        // The first network is gone with all that it stored; what there is now, the keeper has on its disk.
        BlockingQueue<TwoPeers.Message> inbox = new LinkedBlockingQueue<>();
        try (LoopbackSwarm second = LoopbackSwarm.start(4);
                KeeperPeer keeper =
                        on(second, keeping, "keeper").openKeeper(KeeperConfig.defaults(), List.of(a.peerId()));
                PeerTransport receiver = on(second, b, "b").open()) {
            receiver.onMessage((from, message) -> inbox.add(new TwoPeers.Message(from, message)));
            receiver.addContact(a.peerId()).join();

            assertEquals("one", take(inbox).text());
            TwoPeers.Message last = take(inbox);
            assertEquals(20_000, last.message().payload().length);
            assertEquals(7, last.message().payload()[19_999]);
            assertEquals(a.peerId(), last.from());

            try (PeerTransport sender =
                    on(second, a, "a").keeper(keeper.localPeer()).open()) {
                awaitHeld(keeper, 0);
                assertEquals(0, sender.queuedFor(b.peerId()).join());
            }
        }
    }

    private static void awaitHeld(KeeperPeer keeper, int records) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (keeper.held().join().records() != records) {
            assertTrue(
                    System.nanoTime() < end,
                    () -> "the keeper holds " + keeper.held().join());
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }

    /** Without a connection requests and answers go through the DHT queue, as all messages do then. */
    @Test
    void shouldBeReachedThroughTheQueueToo() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        try (KeeperPeer keeper = hidden(peers, keeping, "keeper")
                        .openKeeper(KeeperConfig.defaults(), List.of(peers.a.peerId()));
                PeerTransport sender =
                        hidden(peers, peers.a, "a").keeper(keeper.localPeer()).open()) {
            sender.send(peers.b.peerId(), bytes("hidden")).join();
            await(sender);

            assertEquals(1, keeper.held().join().records());
        }
    }

    private static PeerTransportBuilder hidden(TwoPeers peers, Identity self, String name) {
        return peers.builder(self, name).privacy(PrivacyMode.DHT_ONLY);
    }

    @Test
    void shouldKeepNothingOfStrangersAndTellTheAppNothingOfKeepers() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        BlockingQueue<MessageId> expired = new LinkedBlockingQueue<>();
        peers.connectTimeout = Duration.ofMillis(500);
        try (KeeperPeer keeper = peers.builder(keeping, "keeper")
                        .openKeeper(KeeperConfig.defaults(), List.of(peers.b.peerId()));
                PeerTransport sender = TwoPeers.open(
                        peers.builder(peers.a, "a")
                                .keeper(keeper.localPeer())
                                .queue(QueueConfig.builder()
                                        .pollInterval(Duration.ofMillis(100), Duration.ofMillis(500))
                                        .messageLife(Duration.ofSeconds(2))
                                        .build()),
                        peers.b,
                        peers.atA)) {
            sender.onExpired((to, id) -> expired.add(id));
            MessageId sent =
                    sender.send(peers.b.peerId(), bytes("for nobody")).join().id();

            assertEquals(sent, expired.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
            while (sender.queuedFor(keeper.localPeer()).join() > 0) {
                Thread.onSpinWait(); // the request to the keeper ends, too, and the app hears nothing of it
            }
            assertEquals(0, expired.size());
            assertEquals(new Keeper.Held(0, 0), keeper.held().join());
            assertEquals(0, keeper.events().get(KeeperEvent.TAKEN));
            assertTrue(peers.atA.isEmpty());
        }
    }
}
