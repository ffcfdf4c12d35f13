package dev.culvert.peer;

import static dev.culvert.peer.TwoPeers.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.culvert.ice.CandidateType;
import dev.culvert.ice.HeldForwarder;
import dev.culvert.ice.IceCandidate;
import dev.culvert.ice.IceDescription;
import dev.culvert.identity.Identity;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.Tier;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Signals of one attempt that are shown more than once, with more candidates, with fewer, or damaged. */
@Timeout(60)
class RepeatedSignalsTest {
    private static final Duration LONG_TIMEOUT = Duration.ofSeconds(15);

    @TempDir
    Path directory;

    private final FakeRendezvous atA = new FakeRendezvous();
    private final FakeRendezvous atB = new FakeRendezvous();

    private PeerTransportBuilder a(TwoPeers peers) {
        return peers.builder(peers.a, "a").rendezvous(atA).connectTimeout(LONG_TIMEOUT);
    }

    private PeerTransportBuilder b(TwoPeers peers) {
        return peers.builder(peers.b, "b").rendezvous(atB).connectTimeout(LONG_TIMEOUT);
    }

    /** Waits until the loop has done what it was given before. */
    private static void settle(PeerTransport transport) {
        transport.connections().join();
    }

    /** The same signal with this description instead. */
    private static byte[] withDescription(byte[] signal, byte[] description) {
        SessionSignal whole = SessionSignal.fromBytes(signal);
        return new SessionSignal(whole.sessionKey(), whole.answerTo(), description).toBytes();
    }

    /** The same signal with a candidate that leads nowhere, and no other. */
    private static byte[] nowhere(byte[] signal) {
        if (signal.length == 0) {
            return signal;
        }
        IceDescription told =
                IceDescription.fromBytes(SessionSignal.fromBytes(signal).description());
        IceCandidate closed =
                new IceCandidate("1", 1_000, new InetSocketAddress("127.0.0.1", 9), CandidateType.HOST, null);
        return withDescription(
                signal, new IceDescription(told.ufrag(), told.password(), List.of(closed), false).toBytes());
    }

    /** As by a push channel that delivers twice, or a peer with a fault, while we still look for candidates of our own. */
    @Test
    void shouldKeepTheCandidatesItWasToldWhateverIsToldAgain() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        try (HeldForwarder silent = HeldForwarder.to(9);
                PeerTransport a = TwoPeers.open(a(peers), peers.b, peers.atA);
                PeerTransport b = TwoPeers.open(
                        b(peers).turn("turn:127.0.0.1:" + silent.port() + "?transport=tcp", "lab", "secret"),
                        peers.a,
                        peers.atB)) {
            CompletableFuture<SendResult> result = a.send(peers.b.peerId(), bytes("hello"));
            byte[] offer = atA.nextSignal();
            atB.show(peers.a.peerId(), nowhere(offer));
            atB.show(peers.a.peerId(), offer);
            atB.show(peers.a.peerId(), withDescription(offer, new byte[] {1, 2, 3}));
            atB.show(peers.a.peerId(), nowhere(offer));
            settle(b);
            atA.show(peers.b.peerId(), nowhere(atB.nextSignal()));

            assertNotEquals(Tier.QUEUED, result.get(20, TimeUnit.SECONDS).tier());
            assertEquals(1, b.counters().get("signals.malformed"));
        }
    }

    /** Its peer has found more by the time that a slot is free. */
    @Test
    void shouldAnswerAnOfferThatFoundNoSlotAsItWasToldLast() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        Identity other = Identity.generate();
        FakeRendezvous atOther = new FakeRendezvous();
        try (PeerTransport a = TwoPeers.open(a(peers).maxConnections(1), peers.b, peers.atA);
                PeerTransport b = TwoPeers.open(b(peers), peers.a, peers.atB);
                PeerTransport c = TwoPeers.open(
                        peers.builder(other, "c").rendezvous(atOther).connectTimeout(LONG_TIMEOUT),
                        peers.a,
                        new LinkedBlockingQueue<>())) {
            a.addContact(other.peerId()).join();
            FakeRendezvous.join(atA, peers.a.peerId(), atOther, other.peerId());
            var unused = c.connect(a.localPeer()).get(20, TimeUnit.SECONDS);

            CompletableFuture<SendResult> result = b.send(a.localPeer(), bytes("hello"));
            byte[] offer = atB.nextSignal();
            atA.show(b.localPeer(), nowhere(offer));
            atA.show(b.localPeer(), offer);
            atA.show(b.localPeer(), withDescription(offer, new byte[] {1, 2, 3}));
            settle(a);
            assertEquals(1, a.counters().get("connections.no-slot"));
            assertEquals(1, a.counters().get("signals.malformed"));

            a.disconnect(other.peerId()).join();
            atA.published.clear();
            FakeRendezvous.join(atA, peers.a.peerId(), RepeatedSignalsTest::nowhere, atB, peers.b.peerId(), bs -> bs);
            CompletableFuture<ConnectionInfo> connected = a.connect(b.localPeer());
            assertEquals(b.localPeer(), connected.get(20, TimeUnit.SECONDS).peer());
            assertNotEquals(Tier.QUEUED, result.get(20, TimeUnit.SECONDS).tier());
        }
    }
}
