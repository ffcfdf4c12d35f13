package dev.culvert.peer;

import static dev.culvert.peer.TwoPeers.bytes;
import static dev.culvert.peer.TwoPeers.take;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.ice.CandidateType;
import dev.culvert.ice.IceCandidate;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.NatProfile;
import dev.culvert.ice.Turnserver;
import dev.culvert.transport.PrivacyMode;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.Tier;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is told which of our addresses: what opens at all, what is published, and what a mode leaves out. */
@Timeout(90)
class PrivacyTest {
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

    private static String refusal(PeerTransportBuilder builder) {
        return assertThrows(IllegalArgumentException.class, builder::open).getMessage();
    }

    private static Turnserver startTurnserver() throws Exception {
        return Turnserver.relay(Turnserver.require(), "--lt-cred-mech", "--user=lab:secret");
    }

    private static String uri(Turnserver server) {
        return "turn:127.0.0.1:" + server.address().port();
    }

    @Test
    void shouldNotOpenForRelaysAloneWithoutATurnServer() {
        TwoPeers peers = new TwoPeers(directory);

        assertTrue(refusal(a(peers).privacy(PrivacyMode.RELAY_ONLY)).contains("TURN server"));
    }

    @Test
    void shouldNotOpenWhereTheDhtSeesTheAddressUnlessThatIsAccepted() {
        TwoPeers peers = new TwoPeers(directory);
        SeeingDht tells = new SeeingDht(MemoryDht.join(peers.network));

        String dhtOnly = refusal(a(peers).dht(tells).privacy(PrivacyMode.DHT_ONLY));
        String relayOnly = refusal(
                a(peers).dht(tells).turn("turn:127.0.0.1", "lab", "secret").privacy(PrivacyMode.RELAY_ONLY));

        assertTrue(dhtOnly.contains("allowDhtToSeeMyAddress"), dhtOnly);
        assertTrue(relayOnly.contains("allowDhtToSeeMyAddress"), relayOnly);
        assertFalse(tells.closed, "a DHT that was not taken is still the caller's");
        a(peers).dht(tells)
                .privacy(PrivacyMode.DHT_ONLY)
                .allowDhtToSeeMyAddress()
                .open()
                .close();
        assertTrue(tells.closed);
    }

    @Test
    void shouldOpenWhereTheDhtHidesTheAddress() {
        TwoPeers peers = new TwoPeers(directory);

        a(peers).privacy(PrivacyMode.DHT_ONLY).open().close();
    }

    @Test
    void shouldPublishNothingButTheRelay() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        try (Turnserver server = startTurnserver();
                DatagramSocket stun = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                PeerTransport a = a(peers).turn(uri(server), "lab", "secret")
                        .stun("127.0.0.1:" + stun.getLocalPort())
                        .routerPorts(true)
                        .privacy(PrivacyMode.RELAY_ONLY)
                        .open()) {
            var unused = a.send(peers.b.peerId(), bytes("who am i"));
            byte[] published = atA.published.poll(20, TimeUnit.SECONDS);
            IceDescription description =
                    IceDescription.fromBytes(SessionSignal.fromBytes(published).description());

            assertFalse(description.candidates().isEmpty());
            for (IceCandidate candidate : description.candidates()) {
                assertEquals(CandidateType.RELAYED, candidate.type());
                assertNull(candidate.relatedAddress());
            }
            assertEquals(NatProfile.UNKNOWN, description.nat());
            assertEquals(List.of(), a.localAddresses());
            stun.setSoTimeout(1); // it would have been asked before anything was published
            assertThrows(SocketTimeoutException.class, () -> stun.receive(new DatagramPacket(new byte[1], 1)));
        }
    }

    @Test
    void shouldSayInTheResultThatARelayCarriedIt() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        FakeRendezvous.join(atA, peers.a.peerId(), atB, peers.b.peerId());
        try (Turnserver server = startTurnserver();
                PeerTransport a = TwoPeers.open(
                        a(peers).turn(uri(server), "lab", "secret").privacy(PrivacyMode.RELAY_ONLY),
                        peers.b,
                        peers.atA);
                PeerTransport b = TwoPeers.open(b(peers), peers.a, peers.atB)) {
            SendResult result = a.send(b.localPeer(), bytes("hello")).get(20, TimeUnit.SECONDS);

            assertEquals(Tier.RELAY, result.tier());
            assertEquals(Tier.RELAY, take(peers.atB).message().tier());
            ConnectionInfo seenByB = b.connections().join().get(0);
            assertEquals(CandidateType.RELAYED, seenByB.pair().remoteType());
        }
    }

    @Test
    void shouldUseOnlyTheQueueAndLeaveOffersUnanswered() throws Exception {
        TwoPeers peers = new TwoPeers(directory);
        FakeRendezvous.join(atA, peers.a.peerId(), atB, peers.b.peerId());
        try (PeerTransport a = TwoPeers.open(a(peers).privacy(PrivacyMode.DHT_ONLY), peers.b, peers.atA);
                PeerTransport b = TwoPeers.open(b(peers).connectTimeout(Duration.ofSeconds(1)), peers.a, peers.atB)) {
            SendResult sent = a.send(b.localPeer(), bytes("there")).get(20, TimeUnit.SECONDS);
            assertEquals(Tier.QUEUED, sent.tier());
            assertEquals("there", take(peers.atB).text());

            SendResult answered = b.send(a.localPeer(), bytes("back")).get(20, TimeUnit.SECONDS);
            assertEquals(Tier.QUEUED, answered.tier());
            assertEquals("back", take(peers.atA).text());

            a.connections().join(); // what the loop was shown before has been looked at
            assertEquals(1, a.counters().get("offers.unanswered"));
            assertEquals(List.of(), a.localAddresses());
            assertTrue(atA.published.isEmpty(), "nothing is to be published");
        }
    }
}
