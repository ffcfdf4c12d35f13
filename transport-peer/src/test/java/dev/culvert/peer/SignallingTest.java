package dev.culvert.peer;

import static dev.culvert.peer.TwoPeers.bytes;
import static dev.culvert.peer.TwoPeers.take;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.identity.Identity;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.Tier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A rendezvous of the app's own: a good one, one that fails in every way, and what a hostile one may show. */
@Timeout(60)
class SignallingTest {
    private static final Duration CONNECT_TIMEOUT = Duration.ofMillis(500);

    /** For those that are to connect, on a machine that is busy with other things. */
    private static final Duration LONG_TIMEOUT = Duration.ofSeconds(15);

    @TempDir
    Path directory;

    private final FakeRendezvous atA = new FakeRendezvous();
    private final FakeRendezvous atB = new FakeRendezvous();

    private PeerTransport openA(TwoPeers peers, Duration timeout) {
        return TwoPeers.open(peers.builder(peers.a, "a").rendezvous(atA).connectTimeout(timeout), peers.b, peers.atA);
    }

    private PeerTransport openB(TwoPeers peers, Duration timeout) {
        return TwoPeers.open(peers.builder(peers.b, "b").rendezvous(atB).connectTimeout(timeout), peers.a, peers.atB);
    }

    private PeerTransport openA(TwoPeers peers) {
        return openA(peers, CONNECT_TIMEOUT);
    }

    /** Waits until the loop has done what it was given before. */
    private static void settle(PeerTransport transport) {
        transport.connections().join();
    }

    @Test
    void shouldConnectOverTheAppsOwnSignalling() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        FakeRendezvous.join(atA, peers.a.peerId(), atB, peers.b.peerId());
        try (PeerTransport a = openA(peers, LONG_TIMEOUT);
                PeerTransport b = openB(peers, LONG_TIMEOUT)) {
            SendResult result = a.send(b.localPeer(), bytes("hello")).get(20, TimeUnit.SECONDS);

            assertEquals(Tier.DIRECT, result.tier());
            assertEquals("hello", take(peers.atB).text());
            assertEquals(0, a.counters().get("signals.stale") + b.counters().get("signals.stale"));
        }
        assertTrue(atA.closed && atB.closed);
        assertEquals(0, atA.watches() + atB.watches());
    }

    /** One that was killed while we connected to it, and sees our offer again when it is back. */
    @Test
    void shouldConnectToAPeerThatAnswersForTheSecondTimeAsItHasStartedAnew() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        try (PeerTransport a = openA(peers, LONG_TIMEOUT)) {
            CompletableFuture<SendResult> result = a.send(peers.b.peerId(), bytes("hello"));
            byte[] offer = atA.nextSignal();
            byte[] answer;
            try (PeerTransport b = openB(peers, LONG_TIMEOUT)) {
                atB.show(peers.a.peerId(), offer);
                answer = atB.nextSignal();
                settle(b);
            }
            atA.show(peers.b.peerId(), answer);
            settle(a);

            FakeRendezvous.join(atA, peers.a.peerId(), atB, peers.b.peerId());
            try (PeerTransport b = openB(peers, LONG_TIMEOUT)) {
                atB.show(peers.a.peerId(), offer);
                assertEquals(Tier.DIRECT, result.get(20, TimeUnit.SECONDS).tier());
                settle(b);
            }
        }
    }

    private void assertQueued(PeerTransport transport, TwoPeers peers) throws Exception {
        SendResult result = transport.send(peers.b.peerId(), bytes("later")).get(20, TimeUnit.SECONDS);
        assertEquals(Tier.QUEUED, result.tier());
    }

    @Test
    void shouldQueueWhenPublishingFails() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        atA.publishing = () -> CompletableFuture.failedFuture(new IllegalStateException("on purpose"));
        try (PeerTransport a = openA(peers)) {
            assertQueued(a, peers);
            assertEquals(1, a.counters().get("attempts.failed"));
        }
    }

    @Test
    void shouldQueueWhenPublishingThrows() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        atA.publishing = () -> {
            throw new IllegalStateException("on purpose");
        };
        try (PeerTransport a = openA(peers)) {
            assertQueued(a, peers);
            assertEquals(0, a.dialler().contextCount(), "a failed attempt was left open");
        }
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose: an app's own rendezvous may not keep to its contract
    void shouldQueueAndLeaveNothingWhenPublishingReturnsNothing() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        atA.publishing = () -> null;
        try (PeerTransport a = openA(peers)) {
            assertQueued(a, peers);
            assertEquals(0, a.dialler().contextCount(), "a failed attempt was left open");
        }
    }

    @Test
    void shouldQueueAfterTheConnectTimeoutWhenPublishingNeverEnds() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        atA.publishing = CompletableFuture::new;
        try (PeerTransport a = openA(peers)) {
            SendResult result = a.send(peers.b.peerId(), bytes("later")).get(20, TimeUnit.SECONDS);

            assertEquals(Tier.QUEUED, result.tier());
            assertTrue(result.elapsed().compareTo(CONNECT_TIMEOUT) >= 0, "queued after " + result.elapsed());
            // For a while nobody tries again: the next one does not wait.
            assertQueued(a, peers);
            assertEquals(1, a.counters().get("attempts.failed"), "it waited for another attempt");
            assertEquals(0, a.dialler().contextCount(), "it began another attempt");
        }
    }

    @Test
    void shouldSayThatAContactCanNotBeWatchedAndForgetIt() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        try (PeerTransport a = openA(peers)) {
            a.removeContact(peers.b.peerId()).join();
            atA.watching = () -> {
                throw new IllegalStateException("on purpose");
            };
            CompletionException failure = assertThrows(
                    CompletionException.class,
                    () -> a.addContact(peers.b.peerId()).join());
            assertEquals(IllegalStateException.class, failure.getCause().getClass());

            atA.watching = () -> {};
            a.addContact(peers.b.peerId()).join();
            assertEquals(1, atA.watches());
        }
    }

    @Test
    void shouldEndEverythingThoughTheRendezvousThrowsWhenClosed() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        atA.closing = () -> {
            throw new IllegalStateException("on purpose");
        };
        openA(peers).close();

        // The store was closed, too: else it would be locked.
        openA(peers).close();
    }

    @Test
    void shouldCountMalformedSignals() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        Random random = new Random(3);
        try (PeerTransport a = openA(peers)) {
            atA.show(peers.b.peerId(), new byte[0]); // takes an offer back, and is none
            atA.show(peers.b.peerId(), new byte[] {1, 2, 3});
            atA.show(peers.b.peerId(), new byte[100]);
            settle(a);
            assertEquals(2, a.counters().get("signals.malformed"));
            assertEquals(0, a.dialler().contextCount());

            for (int i = 0; i < 20; i++) {
                byte[] key = new byte[32];
                byte[] description = new byte[random.nextInt(200)];
                random.nextBytes(key);
                random.nextBytes(description);
                atA.show(peers.b.peerId(), new SessionSignal(key, 0, description).toBytes());
            }
            settle(a);
            assertTrue(a.dialler().contextCount() <= 1, "each offer left a context behind");
            assertQueued(a, peers);
            assertTrue(a.counters().get("signals.malformed") >= 3, "the last offer's description was not read");
            assertTrue(a.counters().get("attempts.failed") >= 1);
        }
    }

    @Test
    void shouldCountAWeakKeyAsMalformed() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        try (PeerTransport a = openA(peers, LONG_TIMEOUT)) {
            CompletableFuture<SendResult> sent = a.send(peers.b.peerId(), bytes("later"));
            SessionSignal offer = SessionSignal.fromBytes(atA.nextSignal());
            byte[] answer = new SessionSignal(new byte[32], offer.id(), offer.description()).toBytes();
            atA.show(peers.b.peerId(), answer);

            assertEquals(Tier.QUEUED, sent.get(20, TimeUnit.SECONDS).tier());
            assertEquals(1, a.counters().get("signals.malformed"));
        }
    }

    @Test
    void shouldCountAStaleAnswer() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        try (PeerTransport a = openA(peers)) {
            byte[] key = new byte[32];
            key[0] = 9;
            atA.show(peers.b.peerId(), new SessionSignal(key, 12345, new byte[60]).toBytes());
            settle(a);
            assertEquals(1, a.counters().get("signals.stale"));

            CompletableFuture<SendResult> sent = a.send(peers.b.peerId(), bytes("later"));
            atA.nextSignal();
            key[0] = 10;
            atA.show(peers.b.peerId(), new SessionSignal(key, 12345, new byte[60]).toBytes());
            settle(a);
            assertEquals(2, a.counters().get("signals.stale"), "an answer to another offer was taken");
            assertEquals(Tier.QUEUED, sent.get(20, TimeUnit.SECONDS).tier());
        }
    }

    @Test
    void shouldIgnoreReplayedSignalsWhileConnectedAndCountThem() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        FakeRendezvous.join(atA, peers.a.peerId(), atB, peers.b.peerId());
        try (PeerTransport a = openA(peers, LONG_TIMEOUT);
                PeerTransport b = openB(peers, LONG_TIMEOUT)) {
            assertEquals(
                    Tier.DIRECT,
                    a.send(b.localPeer(), bytes("hello"))
                            .get(20, TimeUnit.SECONDS)
                            .tier());
            byte[] offer = atA.nextSignal();
            byte[] answer = atB.nextSignal();
            ConnectionInfo before = b.connections().join().get(0);

            for (int i = 0; i < 5; i++) {
                atB.show(a.localPeer(), offer);
                atA.show(b.localPeer(), answer);
            }
            settle(a);
            settle(b);

            assertEquals(5, b.counters().get("signals.stale"));
            assertEquals(5, a.counters().get("signals.stale"));
            assertEquals(1, a.dialler().contextCount());
            assertEquals(1, b.dialler().contextCount(), "a replayed offer began another attempt");
            assertEquals(before, b.connections().join().get(0));
        }
    }

    /** Another peer's genuine offer, shown as if it were the contact's: it ends nowhere, and nobody is taken for another. */
    @Test
    void shouldNotTakeAnotherPeersOfferForTheContacts() throws Exception {
        // A is the server of both, so that it is Mallory's client that knocks.
        TwoPeers peers = new TwoPeers(directory);
        while (peers.a.peerId().compareTo(peers.b.peerId()) > 0) {
            peers = new TwoPeers(directory);
        }
        Identity mallory = Identity.generate();
        while (peers.a.peerId().compareTo(mallory.peerId()) > 0) {
            mallory = Identity.generate();
        }
        FakeRendezvous atMallory = new FakeRendezvous();
        BlockingQueue<TwoPeers.Message> inbox = new LinkedBlockingQueue<>();
        try (PeerTransport a = openA(peers, Duration.ofSeconds(3));
                PeerTransport m = TwoPeers.open(
                        peers.builder(mallory, "m").rendezvous(atMallory).connectTimeout(Duration.ofSeconds(3)),
                        peers.a,
                        inbox)) {
            CompletableFuture<SendResult> forged = m.send(a.localPeer(), bytes("i am b"));
            byte[] offer = atMallory.nextSignal();
            atA.show(peers.b.peerId(), offer);
            byte[] answer = atA.nextSignal();
            atMallory.show(a.localPeer(), answer);
            CompletableFuture<SendResult> genuine = a.send(peers.b.peerId(), bytes("to b"));

            assertEquals(Tier.QUEUED, genuine.get(20, TimeUnit.SECONDS).tier());
            assertEquals(Tier.QUEUED, forged.get(20, TimeUnit.SECONDS).tier());
            assertEquals(0, a.connections().join().size());
            assertTrue(a.counters().get("datagrams.foreign") > 0, "the path came up, and its packets were refused");
            assertEquals(1, a.counters().get("attempts.failed"));
            assertTrue(peers.atA.isEmpty() && inbox.isEmpty());
        }
    }

    /** A peer that offers again and again, and never connects, must not hold our messages up. */
    @Test
    void shouldQueueThoughThePeerOffersAgainAndAgain() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        PeerTransportBuilder impatient =
                peers.builder(peers.a, "a").rendezvous(atA).queueAfter(Duration.ofSeconds(2));
        try (PeerTransport a = TwoPeers.open(impatient, peers.b, peers.atA);
                PeerTransport b = openB(peers, CONNECT_TIMEOUT)) {
            CompletableFuture<SendResult> template = b.send(a.localPeer(), bytes("template"));
            SessionSignal offer = SessionSignal.fromBytes(atB.nextSignal());
            CompletableFuture<SendResult> sent = a.send(b.localPeer(), bytes("held up?"));
            Random random = new Random(4);
            int offers = 0;
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (!sent.isDone() && System.nanoTime() < end) {
                byte[] key = new byte[32];
                random.nextBytes(key);
                atA.show(b.localPeer(), new SessionSignal(key, 0, offer.description()).toBytes());
                offers++;
                atA.nextSignal(); // the answer: the offer was taken up
            }
            assertTrue(sent.isDone(), "still held up after " + offers + " offers");
            assertEquals(Tier.QUEUED, sent.join().tier());
            assertFalse(template.isCompletedExceptionally());
        }
    }
}
