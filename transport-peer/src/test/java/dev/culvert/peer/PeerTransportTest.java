package dev.culvert.peer;

import static dev.culvert.peer.TwoPeers.bytes;
import static dev.culvert.peer.TwoPeers.take;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.ConnectFailedException;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.QueueFullException;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.Tier;
import dev.culvert.transport.TransportClosedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(90)
class PeerTransportTest {
    @TempDir
    Path directory;

    @Test
    void shouldDeliverDirectlyToAPeerThatIsThere() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.connectTimeout = Duration.ofSeconds(15);
        try (PeerTransport a = peers.openA();
                PeerTransport b = peers.openB()) {
            SendResult result = a.send(peers.b.peerId(), bytes("hello")).join();

            TwoPeers.Message received = take(peers.atB);
            assertEquals(Tier.DIRECT, result.tier());
            assertEquals("hello", received.text());
            assertEquals(peers.a.peerId(), received.from());
            assertEquals(result.id(), received.message().id());
            assertEquals(Tier.DIRECT, received.message().tier());
            assertEquals(1, b.connections().join().size());
        }
    }

    @Test
    void shouldTellHowLongConnectingTookAndHowMuchOfThatTheSession() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.connectTimeout = Duration.ofSeconds(15);
        try (PeerTransport a = peers.openA();
                PeerTransport b = peers.openB()) {
            long start = System.nanoTime();
            var unused = a.send(peers.b.peerId(), bytes("hello")).join();
            Duration passed = Duration.ofNanos(System.nanoTime() - start);

            for (PeerTransport side : List.of(a, b)) {
                ConnectionInfo info = side.connections().join().get(0);
                assertTrue(info.secured().compareTo(Duration.ZERO) > 0, info::toString);
                assertTrue(info.secured().compareTo(info.setUp()) < 0, info::toString);
                assertTrue(info.setUp().compareTo(passed) < 0, info::toString);
            }
        }
    }

    @Test
    void shouldDeliverAThousandMessagesEachWayInOrderOverOneConnection() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.connectTimeout = Duration.ofSeconds(15);
        try (PeerTransport a = peers.openA();
                PeerTransport b = peers.openB()) {
            List<CompletableFuture<SendResult>> results = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                results.add(a.send(peers.b.peerId(), bytes("a" + i)));
                results.add(b.send(peers.a.peerId(), bytes("b" + i)));
            }

            for (int i = 0; i < 1_000; i++) {
                assertEquals("a" + i, take(peers.atB).text());
                assertEquals("b" + i, take(peers.atA).text());
            }
            for (CompletableFuture<SendResult> result : results) {
                assertEquals(Tier.DIRECT, result.get(10, TimeUnit.SECONDS).tier());
            }
            assertEquals(1, a.connections().join().size());
        }
    }

    @Test
    void shouldCarryALargeMessageIntact() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.connectTimeout = Duration.ofSeconds(15);
        byte[] large = new byte[3 << 20];
        new Random(1).nextBytes(large);
        try (PeerTransport a = peers.openA();
                PeerTransport b = peers.openB()) {
            a.send(b.localPeer(), large).join();

            assertArrayEquals(large, take(peers.atB).message().payload());
        }
    }

    @Test
    void shouldQueueForAnAbsentPeerAndDeliverOnceWhenItComes() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        try (PeerTransport a = peers.openA()) {
            for (int i = 0; i < 3; i++) {
                assertEquals(
                        Tier.QUEUED,
                        a.send(peers.b.peerId(), bytes("queued " + i)).join().tier());
            }
            try (PeerTransport b = peers.openB()) {
                for (int i = 0; i < 3; i++) {
                    TwoPeers.Message message = take(peers.atB);
                    assertEquals("queued " + i, message.text());
                    assertEquals(Tier.QUEUED, message.message().tier());
                }
                b.send(a.localPeer(), bytes("and now directly")).join();
                assertEquals("and now directly", take(peers.atA).text());
            }
            assertTrue(peers.atB.isEmpty(), "a message came twice");
        }
    }

    /** Whom the peer does not know, or has removed, gets no answer and learns no address; and reaches it once it is known. */
    @Test
    void shouldNotReachAPeerThatDoesNotKnowUs() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        BlockingQueue<TwoPeers.Message> atB = peers.atB;
        try (PeerTransport a = peers.builder(peers.a, "a")
                        .queueAfter(Duration.ofMillis(300))
                        .open();
                PeerTransport b = peers.openB()) {
            b.removeContact(a.localPeer()).join();

            SendResult result = a.send(b.localPeer(), bytes("do you know me"), Duration.ofSeconds(20));
            assertEquals(Tier.QUEUED, result.tier());
            assertThrows(ConnectFailedException.class, () -> a.connect(b.localPeer(), Duration.ofSeconds(20)));
            assertEquals(0, b.counters().get("connections.coming-up"));
            assertTrue(atB.isEmpty());

            b.addContact(a.localPeer()).join();
            assertEquals("do you know me", take(atB).text());
            assertEquals(
                    Tier.DIRECT,
                    a.connect(b.localPeer(), Duration.ofSeconds(20)).tier());
        }
    }

    @Test
    void shouldConnectAnewToAPeerThatStartedAgain() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.connectTimeout = Duration.ofSeconds(15);
        try (PeerTransport a = peers.openA()) {
            try (PeerTransport b = peers.openB()) {
                a.send(b.localPeer(), bytes("first life")).join();
            }
            try (PeerTransport b = peers.openB()) {
                assertEquals(
                        Tier.DIRECT,
                        b.send(a.localPeer(), bytes("second life")).join().tier());
                assertEquals("second life", take(peers.atA).text());
                assertEquals(
                        Tier.DIRECT,
                        a.send(b.localPeer(), bytes("welcome back")).join().tier());
            }
        }
    }

    @Test
    void shouldRefuseWhatNoWayCanCarry() {
        TwoPeers peers = new TwoPeers(directory);
        try (PeerTransport a = peers.openA()) {
            byte[] tooLarge = new byte[PeerTransport.MAX_MESSAGE_BYTES + 1];
            assertCause(MessageTooLargeException.class, a.send(peers.b.peerId(), tooLarge));

            byte[] tooLargeForTheQueue = new byte[a.maxQueuedBytes() + 1];
            assertCause(MessageTooLargeException.class, a.send(peers.b.peerId(), tooLargeForTheQueue));

            assertCause(IllegalArgumentException.class, a.send(a.localPeer(), bytes("to myself")));
        }
    }

    @Test
    void shouldDeliverAlthoughTheConnectionListenerFails() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.connectTimeout = Duration.ofSeconds(15);
        try (PeerTransport a = peers.openA();
                PeerTransport b = peers.openB()) {
            a.onConnection(new ConnectionListener() {
                @Override
                public void onConnected(ConnectionInfo connection) {
                    throw new AssertionError("on purpose");
                }

                @Override
                public void onDisconnected(PeerId peer, String cause) {}
            });

            assertEquals(
                    Tier.DIRECT,
                    a.send(b.localPeer(), bytes("hello"))
                            .get(20, TimeUnit.SECONDS)
                            .tier());
            assertEquals("hello", take(peers.atB).text());
        }
    }

    @Test
    void shouldRefuseMoreThanItMayHoldAndTakeMoreOnceThatIsGone() {
        TwoPeers peers = new TwoPeers(directory);
        peers.connectTimeout = Duration.ofSeconds(15);
        byte[] large = new byte[PeerTransport.MAX_MESSAGE_BYTES];
        try (PeerTransport a = peers.openA();
                PeerTransport b = peers.openB()) {
            List<CompletableFuture<SendResult>> held = new ArrayList<>();
            for (long taken = 0; taken < PeerTransport.MAX_PENDING_BYTES; taken += large.length) {
                held.add(a.send(b.localPeer(), large));
            }

            assertCause(QueueFullException.class, a.send(b.localPeer(), bytes("one more")));
            held.forEach(CompletableFuture::join);
            a.send(b.localPeer(), bytes("and now")).join();
        }
    }

    @Test
    void shouldFailWhatIsPendingWhenClosed() {
        TwoPeers peers = new TwoPeers(directory);
        PeerTransport a = peers.openA();
        CompletableFuture<SendResult> pending = a.send(peers.b.peerId(), bytes("nobody there"));

        a.close();
        a.close();

        assertCause(TransportClosedException.class, pending);
        assertCause(TransportClosedException.class, a.send(peers.b.peerId(), bytes("after close")));
    }

    @Test
    void shouldGoOnAfterAHandlerThrows() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.connectTimeout = Duration.ofSeconds(15);
        try (PeerTransport a = peers.openA();
                PeerTransport b = peers.openB()) {
            b.onMessage((from, message) -> {
                TwoPeers.Message taken = new TwoPeers.Message(from, message);
                peers.atB.add(taken);
                if (!taken.text().equals("three")) {
                    throw new IllegalStateException("on purpose");
                }
            });
            a.send(b.localPeer(), bytes("one")).join();
            a.send(b.localPeer(), bytes("two")).join();
            a.send(b.localPeer(), bytes("three")).join();

            assertEquals("one", take(peers.atB).text());
            assertEquals("two", take(peers.atB).text());
            assertEquals("three", take(peers.atB).text()); // begins when those before it are over
            assertEquals(2, b.counters().get("handler.failures"));
        }
    }

    @Test
    void shouldCloseFromInsideItsHandler() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        peers.connectTimeout = Duration.ofSeconds(15);
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        try (PeerTransport a = peers.openA();
                PeerTransport b = peers.openB()) {
            b.onMessage((from, message) -> {
                b.close();
                closed.complete(true);
            });
            a.send(b.localPeer(), bytes("close yourself"));

            assertTrue(closed.get(20, TimeUnit.SECONDS));
        }
    }

    private static void assertCause(Class<? extends Exception> type, CompletableFuture<?> future) {
        CompletionException failure = assertThrows(CompletionException.class, future::join);
        assertEquals(type, failure.getCause().getClass());
    }
}
