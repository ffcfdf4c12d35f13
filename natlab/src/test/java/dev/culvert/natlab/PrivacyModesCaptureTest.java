package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.natlab.Capture.Packet;
import dev.culvert.transport.PrivacyMode;
import dev.culvert.transport.Tier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What leaves the router of a side whose app wants privacy, and what reaches its peer, packet by packet. That the same
 * check finds what is not hidden, {@link RelayOnlyCaptureTest} shows.
 */
@Timeout(180)
class PrivacyModesCaptureTest {
    private static final String A_OUTSIDE = "203.0.113.10";
    private static final String SERVER = "203.0.113.1";
    private static final int TURN_PORT = 3478;
    private static final String B_OUTSIDE = "203.0.113.20";
    private static final String B_INSIDE = "192.168.2.2";
    private static final Duration LIMIT = Duration.ofSeconds(55);

    /** NATs that keep the port, so that the DHT's traffic is known by it outside, too. */
    @RegisterExtension
    static final NatLabExtension LAB = NatLabExtension.of(NatKind.PORT, NatKind.PORT);

    @TempDir
    static Path directory;

    private static Messengers peers;

    @BeforeAll
    static void start() {
        Capture.require();
        Messengers.forwardDht(LAB.lab());
        peers = Messengers.start(LAB.lab(), directory);
    }

    @AfterAll
    static void end() {
        if (peers != null) {
            peers.close();
        }
    }

    /** What was seen while a transport of a's opened, exchanged two messages and closed. */
    private record Run(List<Packet> atRouterOfA, List<Packet> atHostOfB, Tier there, Tier back) {
        /** Our node's traffic with the DHT's nodes, which the app has allowed; the peer's is one of them. */
        private static boolean isDht(Packet packet) {
            // What the kernel says of the node's port before it opens and after it closes.
            if (packet.line().contains("udp port " + MessengerProcess.DHT_PORT + " unreachable")) {
                return true;
            }
            return packet.touches(A_OUTSIDE, MessengerProcess.DHT_PORT)
                    && (packet.touches(B_OUTSIDE, MessengerProcess.DHT_PORT)
                            || packet.touches(B_INSIDE, MessengerProcess.DHT_PORT)
                            || peers.dhtNodes().stream()
                                    .map(node -> node.split(":", -1))
                                    .anyMatch(node -> packet.touches(node[0], Integer.parseInt(node[1]))));
        }

        private static boolean isRelay(Packet packet) {
            // What the kernel tells the relay that still brings something when our port is closed already.
            boolean isClosedPort = packet.to().equals(SERVER)
                    && packet.line().contains("ICMP " + A_OUTSIDE + " udp port ")
                    && packet.line().contains(" unreachable");
            return isClosedPort || packet.touches(SERVER, TURN_PORT);
        }

        /** Of the app's own, over TCP. */
        private static boolean isSignalling(Packet packet) {
            return packet.touches(peers.dhtNodes().get(0).split(":", -1)[0], SignalServer.PORT);
        }

        /** What neither the DHT, nor the relay, nor the app's signalling server is one end of. */
        List<Packet> notRelayed() {
            return notDht().stream()
                    .filter(packet -> !isRelay(packet) && !isSignalling(packet))
                    .toList();
        }

        List<Packet> notDht() {
            return atRouterOfA.stream().filter(packet -> !isDht(packet)).toList();
        }

        List<Packet> betweenThePeers() {
            return atHostOfB.stream()
                    .filter(packet -> packet.touches(A_OUTSIDE) && !isDht(packet))
                    .toList();
        }
    }

    private static Run run(String name, PrivacyMode mode, Duration limitOfB) throws Exception {
        try (Capture router = Capture.start(LAB.lab(), "ra", "wan", directory.resolve(name + "-a.pcap"));
                Capture host = Capture.start(LAB.lab(), "b", "eth0", directory.resolve(name + "-b.pcap"))) {
            MessengerSettings settingsA = new MessengerSettings(Servers.TURN, mode).withConnectTimeout(LIMIT);
            MessengerSettings settingsB = Messengers.TURN.withConnectTimeout(limitOfB);
            boolean connects = mode != PrivacyMode.DHT_ONLY;
            peers.open(
                    connects ? settingsA.withSignalServer() : settingsA,
                    connects ? settingsB.withSignalServer() : settingsB);
            Tier there = Messengers.sendOne(peers.a(), peers.b(), 1, LIMIT).tier();
            Tier back = Messengers.sendOne(peers.b(), peers.a(), 2, LIMIT).tier();
            peers.b().await("the message", LIMIT, () -> peers.b().received().size() == 1);
            peers.a().await("the answer", LIMIT, () -> peers.a().received().size() == 1);
            peers.a().closeTransport();
            peers.b().closeTransport();
            Run run = new Run(router.stop(), host.stop(), there, back);
            System.out.printf(
                    "%s: %s there, %s back; %d packets at a's router, %d of them not the DHT's, to %s; %d between the"
                            + " peers%n",
                    mode,
                    there,
                    back,
                    run.atRouterOfA().size(),
                    run.notDht().size(),
                    run.notDht().stream().map(Packet::to).collect(Collectors.toSet()),
                    run.betweenThePeers().size());
            return run;
        }
    }

    /** The peer has nothing to hide, and tries everything. */
    @Test
    void shouldSendNothingToAnybodyButTheRelayAndTheDht() throws Exception {
        Run run = run("relay", PrivacyMode.RELAY_ONLY, LIMIT);

        assertEquals(Tier.RELAY, run.there());
        assertEquals(Tier.RELAY, run.back());
        assertTrue(run.atRouterOfA().stream().anyMatch(Run::isRelay), "no packet of the relay's was seen");
        assertEquals(List.of(), run.notRelayed());
        assertFalse(run.atHostOfB().isEmpty());
        assertEquals(List.of(), run.betweenThePeers());
    }

    @Test
    void shouldSendNothingToAnybodyButTheDht() throws Exception {
        Run run = run("dht", PrivacyMode.DHT_ONLY, Duration.ofSeconds(3));

        assertEquals(Tier.QUEUED, run.there());
        assertEquals(Tier.QUEUED, run.back());
        assertFalse(run.atRouterOfA().isEmpty());
        assertEquals(List.of(), run.notDht());
        assertFalse(run.atHostOfB().isEmpty());
        assertEquals(List.of(), run.betweenThePeers());
    }
}
