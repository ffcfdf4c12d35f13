package dev.culvert.peer;

import static dev.culvert.peer.TwoPeers.bytes;
import static dev.culvert.peer.TwoPeers.take;
import static dev.culvert.peer.TwoPeers.vanish;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.QueueConfig;
import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.Tier;
import dev.culvert.transport.TooManyConnectionsException;
import dev.culvert.transport.TransportClosedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Peers and parts that go away in the middle: nothing is lost, nothing comes twice. */
@Timeout(90)
class LostPeerTest {
    @TempDir
    Path directory;

    private static PeerTransportBuilder quick(PeerTransportBuilder builder) {
        return builder.connectTimeout(Duration.ofSeconds(1))
                .queue(QueueConfig.builder()
                        .pollInterval(Duration.ofMillis(50), Duration.ofMillis(200))
                        .retry(Duration.ofMillis(50), Duration.ofMillis(200))
                        .build());
    }

    private static void assertCause(Class<? extends Exception> type, CompletableFuture<?> future) {
        CompletionException failure = assertThrows(CompletionException.class, future::join);
        assertEquals(type, failure.getCause().getClass());
    }

    @Test
    void shouldQueueWhatAKilledPeerDidNotGetAndDeliverItOnceWhenItStartsAgain() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        int before = 5;
        int after = 20;
        try (PeerTransport a = TwoPeers.open(quick(peers.builder(peers.a, "a")), peers.b, peers.atA)) {
            PeerTransport b = peers.openB();
            Map<String, Integer> received = new HashMap<>();
            CountDownLatch handlersGo = new CountDownLatch(1);
            b.onMessage((from, message) -> {
                peers.atB.add(new TwoPeers.Message(from, message));
                if (peers.atB.size() == before) {
                    awaitQuietly(handlersGo); // the rest arrives and is not handled
                }
            });
            List<CompletableFuture<SendResult>> results = new ArrayList<>();
            for (int i = 0; i < before + after; i++) {
                results.add(a.send(b.localPeer(), bytes("m" + i)));
            }
            for (int i = 0; i < before - 1; i++) {
                results.get(i).get(20, TimeUnit.SECONDS);
            }
            vanish(b); // no goodbye can leave it any more
            handlersGo.countDown();
            b.close();

            for (CompletableFuture<SendResult> result : results) {
                result.get(30, TimeUnit.SECONDS);
            }
            assertEquals(Tier.QUEUED, results.get(before + after - 1).join().tier());
            int handledBeforeDeath = peers.atB.size();
            try (PeerTransport again = peers.openB()) {
                for (int i = 0; i < before + after; i++) {
                    received.merge(take(peers.atB).text(), 1, Integer::sum);
                }
                assertEquals(before + after, received.size(), received + "; before: " + handledBeforeDeath);
                // A copy would have come among them: the queue keeps the order.
                again.send(a.localPeer(), bytes("still there")).join();
            }
            assertNull(peers.atB.poll());
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void shouldKeepAMessageThatTheDhtDidNotTakeAndDeliverItLater() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.network.losePuts(1);
        try (PeerTransport a = TwoPeers.open(quick(peers.builder(peers.a, "a")), peers.b, peers.atA)) {
            SendResult result = a.send(peers.b.peerId(), bytes("kept")).get(20, TimeUnit.SECONDS);
            assertEquals(Tier.QUEUED, result.tier());
        }
        // Not even a restart of the sender loses it.
        peers.network.losePuts(0);
        try (PeerTransport a = TwoPeers.open(quick(peers.builder(peers.a, "a")), peers.b, peers.atA);
                PeerTransport b = TwoPeers.open(quick(peers.builder(peers.b, "b")), peers.a, peers.atB)) {
            assertEquals("kept", take(peers.atB).text());
            assertEquals(
                    0, a.connections().join().size() + b.connections().join().size());
        }
        assertTrue(peers.atB.isEmpty());
    }

    @Test
    void shouldPutAgainWhatTheDhtDidNotTake() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.network.losePuts(1);
        try (PeerTransport a = TwoPeers.open(quick(peers.builder(peers.a, "a")), peers.b, peers.atA);
                PeerTransport b = TwoPeers.open(quick(peers.builder(peers.b, "b")), peers.a, peers.atB)) {
            assertEquals(
                    Tier.QUEUED,
                    a.send(b.localPeer(), bytes("kept"))
                            .get(20, TimeUnit.SECONDS)
                            .tier());
            peers.network.losePuts(0);
            assertEquals("kept", take(peers.atB).text());
        }
        assertTrue(peers.atB.isEmpty());
    }

    @Test
    void shouldKeepOnThePeersDiskWhatItsAppDoesNotTake() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        ExecutorService ended = Executors.newSingleThreadExecutor();
        ended.shutdown();
        Duration patience = Duration.ofSeconds(15); // it must connect
        try (PeerTransport a =
                TwoPeers.open(quick(peers.builder(peers.a, "a")).connectTimeout(patience), peers.b, peers.atA)) {
            try (PeerTransport b = TwoPeers.open(
                    quick(peers.builder(peers.b, "b")).connectTimeout(patience).handlerExecutor(ended),
                    peers.a,
                    peers.atB)) {
                SendResult result =
                        a.send(b.localPeer(), bytes("nobody takes it")).get(30, TimeUnit.SECONDS);
                assertEquals(Tier.DIRECT, result.tier());
                assertTrue(peers.atB.isEmpty());
            }
            try (PeerTransport b = TwoPeers.open(quick(peers.builder(peers.b, "b")), peers.a, peers.atB)) {
                assertEquals("nobody takes it", take(peers.atB).text());
            }
        }
        assertTrue(peers.atB.isEmpty());
    }

    /** As when a path dies at once; that alone does not make it a peer that takes nothing. */
    @Test
    void shouldConnectAgainWhenTheFirstConnectionEndsBeforeItDeliversAnything() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.connectTimeout = Duration.ofSeconds(15);
        LinkedBlockingQueue<String> atA = new LinkedBlockingQueue<>();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch handlersGo = new CountDownLatch(1);
        try (PeerTransport a = TwoPeers.open(
                        peers.builder(peers.a, "a").queueAfter(Duration.ofSeconds(15)), peers.b, peers.atA);
                PeerTransport b = TwoPeers.open(
                        peers.builder(peers.b, "b").confirmation(Confirmation.WHEN_HANDLED), peers.a, peers.atB)) {
            a.onConnection(listener(atA));
            b.onMessage((from, message) -> {
                peers.atB.add(new TwoPeers.Message(from, message));
                begun.countDown();
                awaitQuietly(handlersGo);
            });
            CompletableFuture<SendResult> result = a.send(b.localPeer(), bytes("once"));
            assertTrue(begun.await(20, TimeUnit.SECONDS));
            assertEquals("connected", atA.poll(20, TimeUnit.SECONDS));

            b.removeContact(a.localPeer()).join();
            b.addContact(a.localPeer()).join();

            assertEquals("disconnected: the peer closed the session", atA.poll(20, TimeUnit.SECONDS));
            assertEquals("connected", atA.poll(20, TimeUnit.SECONDS));
            handlersGo.countDown();
            assertEquals(Tier.DIRECT, result.get(20, TimeUnit.SECONDS).tier());
            assertEquals("once", take(peers.atB).text());
        }
        assertTrue(peers.atB.isEmpty());
    }

    @Test
    void shouldNotHoldMoreContactsThanAllowedAndTakeAnotherWhenOneIsRemoved() {
        TwoPeers peers = new TwoPeers(directory);
        try (PeerTransport a = TwoPeers.open(peers.builder(peers.a, "a").maxContacts(1), peers.b, peers.atA)) {
            var other = Identity.generate().peerId();
            a.addContact(peers.b.peerId()).join();
            assertCause(TooManyConnectionsException.class, a.addContact(other));
            assertCause(TooManyConnectionsException.class, a.send(other, bytes("one too many")));

            a.removeContact(peers.b.peerId()).join();
            a.addContact(other).join();
        }
    }

    @Test
    void shouldRefuseToTalkToItself() {
        TwoPeers peers = new TwoPeers(directory);
        try (PeerTransport a = peers.openA()) {
            assertCause(IllegalArgumentException.class, a.send(a.localPeer(), bytes("me")));
            assertCause(IllegalArgumentException.class, a.addContact(a.localPeer()));
        }
    }

    @Test
    void shouldEndTheConnectionOfARemovedContact() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.connectTimeout = Duration.ofSeconds(15);
        LinkedBlockingQueue<String> atB = new LinkedBlockingQueue<>();
        try (PeerTransport a = peers.openA();
                PeerTransport b = peers.openB()) {
            b.onConnection(listener(atB));
            a.send(b.localPeer(), bytes("hello")).get(20, TimeUnit.SECONDS);
            assertEquals("connected", atB.poll(20, TimeUnit.SECONDS));

            a.removeContact(b.localPeer()).join();
            a.removeContact(b.localPeer()).join();

            assertEquals("disconnected: the peer closed the session", atB.poll(20, TimeUnit.SECONDS));
            assertEquals(0, a.connections().join().size());
            assertEquals(0, b.connections().join().size());
            assertEquals(0, a.dialler().contextCount());

            // Knowing each other again is all it takes.
            assertEquals(
                    Tier.DIRECT,
                    a.send(b.localPeer(), bytes("again"))
                            .get(20, TimeUnit.SECONDS)
                            .tier());
        }
    }

    @Test
    void shouldFailWhatIsOnItsWayToARemovedContact() {
        TwoPeers peers = new TwoPeers(directory);
        try (PeerTransport a = peers.openA()) {
            CompletableFuture<SendResult> pending = a.send(peers.b.peerId(), bytes("never mind"));
            a.removeContact(peers.b.peerId()).join();

            assertCause(TransportClosedException.class, pending);
        }
    }

    private static ConnectionListener listener(LinkedBlockingQueue<String> events) {
        return new ConnectionListener() {
            @Override
            public void onConnected(ConnectionInfo connection) {
                events.add("connected");
            }

            @Override
            public void onDisconnected(PeerId peer, String cause) {
                events.add("disconnected: " + cause);
            }
        };
    }
}
