package dev.culvert.peer;

import static dev.culvert.peer.TwoPeers.bytes;
import static dev.culvert.peer.TwoPeers.take;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.culvert.ice.CandidateType;
import dev.culvert.ice.HeldForwarder;
import dev.culvert.ice.IceCandidate;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.Turnserver;
import dev.culvert.transport.PrivacyMode;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.Tier;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A relay over TCP that takes longer than the offer, as its first packets get lost, and is the only way. */
@Timeout(90)
class LateCandidatesTest {
    @TempDir
    Path directory;

    private final FakeRendezvous atA = new FakeRendezvous();
    private final FakeRendezvous atB = new FakeRendezvous();
    private Turnserver server;
    private HeldForwarder line;

    @BeforeEach
    void start() throws Exception {
        server = Turnserver.relay(Turnserver.require(), "--lt-cred-mech", "--user=lab:secret");
        line = HeldForwarder.to(server.address().port());
    }

    @AfterEach
    void end() throws Exception {
        line.close();
        server.close();
    }

    /** Whose relay comes late. */
    private PeerTransportBuilder a(TwoPeers peers) {
        return peers.builder(peers.a, "a")
                .turn("turn:127.0.0.1:" + line.port() + "?transport=tcp", "lab", "secret")
                .rendezvous(atA)
                .connectTimeout(Duration.ofSeconds(30));
    }

    private PeerTransportBuilder b(TwoPeers peers) {
        return peers.builder(peers.b, "b").rendezvous(atB).connectTimeout(Duration.ofSeconds(30));
    }

    private static byte[] changed(byte[] signal, UnaryOperator<Stream<IceCandidate>> change) {
        if (signal.length == 0) {
            return signal;
        }
        SessionSignal whole = SessionSignal.fromBytes(signal);
        IceDescription description = IceDescription.fromBytes(whole.description());
        IceDescription other = new IceDescription(
                description.ufrag(),
                description.password(),
                change.apply(description.candidates().stream()).toList(),
                false);
        return new SessionSignal(whole.sessionKey(), whole.answerTo(), other.toBytes()).toBytes();
    }

    /** Only the relay can be reached, as behind a firewall. */
    private static byte[] relayAlone(byte[] signal) {
        return changed(signal, all -> all.filter(candidate -> candidate.type() == CandidateType.RELAYED));
    }

    /** Sends to this address, as to that of a NAT, let answers from it in, but lead nowhere. */
    private static byte[] elsewhere(byte[] signal) {
        return changed(
                signal,
                all -> Stream.of(
                        new IceCandidate("1", 1_000, new InetSocketAddress("127.0.0.1", 9), CandidateType.HOST, null)));
    }

    private void join(TwoPeers peers) {
        FakeRendezvous.join(
                atA,
                peers.a.peerId(),
                LateCandidatesTest::relayAlone,
                atB,
                peers.b.peerId(),
                LateCandidatesTest::elsewhere);
    }

    @Test
    void shouldConnectOverARelayThatIsGrantedAfterTheOffer() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        join(peers);
        try (PeerTransport a = TwoPeers.open(a(peers), peers.b, peers.atA);
                PeerTransport b = TwoPeers.open(b(peers), peers.a, peers.atB)) {
            CompletableFuture<SendResult> result = a.send(b.localPeer(), bytes("hello"));
            assertNotNull(atB.published.poll(20, TimeUnit.SECONDS), "the offer waits for the relay");

            line.release();
            assertEquals(Tier.RELAY, result.get(20, TimeUnit.SECONDS).tier());
            assertEquals("hello", take(peers.atB).text());
        }
    }

    @Test
    void shouldConnectOverARelayThatIsGrantedAfterTheAnswer() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        join(peers);
        try (PeerTransport a = TwoPeers.open(a(peers), peers.b, peers.atA);
                PeerTransport b = TwoPeers.open(b(peers), peers.a, peers.atB)) {
            CompletableFuture<SendResult> result = b.send(a.localPeer(), bytes("hello"));
            assertNotNull(atA.published.poll(20, TimeUnit.SECONDS), "the answer waits for the relay");

            line.release();
            assertEquals(Tier.RELAY, result.get(20, TimeUnit.SECONDS).tier());
            assertEquals("hello", take(peers.atA).text());
        }
    }

    @Test
    void shouldWaitForTheRelayWhereNothingElseMayBeTold() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        FakeRendezvous.join(atA, peers.a.peerId(), atB, peers.b.peerId());
        PeerTransportBuilder relayOnly = a(peers).privacy(PrivacyMode.RELAY_ONLY);
        try (PeerTransport a = TwoPeers.open(relayOnly, peers.b, peers.atA);
                PeerTransport b = TwoPeers.open(b(peers), peers.a, peers.atB)) {
            CompletableFuture<SendResult> result = a.send(b.localPeer(), bytes("hello"));
            line.awaitConnection();
            // An offer of host candidates would have gone out after two seconds.
            assertNull(atA.published.poll(3, TimeUnit.SECONDS));

            line.release();
            assertEquals(Tier.RELAY, result.get(20, TimeUnit.SECONDS).tier());
        }
    }
}
