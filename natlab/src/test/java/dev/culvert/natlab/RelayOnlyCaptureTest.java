package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.natlab.Capture.Packet;
import dev.culvert.transport.Tier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What leaves the router of a side that lets its peer learn a relay's address only, packet by packet. */
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RelayOnlyCaptureTest {
    private static final String A_OUTSIDE = "203.0.113.10";
    private static final String SERVER = "203.0.113.1";
    private static final int TURN_PORT = 3478;

    @RegisterExtension
    static final NatLabExtension LAB = NatLabExtension.of(NatKind.PORT, NatKind.NONE);

    @TempDir
    static Path directory;

    @BeforeAll
    static void findTool() {
        Capture.require();
    }

    /** What was seen from before an endpoint of a's opened until data had gone both ways. */
    private record Run(Attempt attempt, List<Packet> atRouterOfA, List<Packet> atHostOfB) {
        List<Packet> leaks() {
            return atRouterOfA.stream()
                    .filter(packet -> !packet.touches(SERVER, TURN_PORT))
                    .toList();
        }

        List<Packet> betweenThePeers() {
            return atHostOfB.stream()
                    .filter(packet -> packet.touches(A_OUTSIDE))
                    .toList();
        }
    }

    private static Run run(String name, Servers servers) throws Exception {
        LAB.peers(); // the processes start before it is counted what they send
        try (Capture router = Capture.start(LAB.lab(), "ra", "wan", directory.resolve(name + "-a.pcap"));
                Capture host = Capture.start(LAB.lab(), "b", "eth0", directory.resolve(name + "-b.pcap"))) {
            Attempt attempt = LAB.peers().attempt(servers, Duration.ofSeconds(10));
            assertTrue(attempt.succeeded(), attempt.reason());
            Attempt settled = LAB.peers().settle(attempt, Duration.ofSeconds(5));
            return new Run(settled, router.stop(), host.stop());
        }
    }

    @Test
    void shouldSendNothingToAnybodyButTheRelay() throws Exception {
        Run run = run("relay", Servers.TURN.withRelayOnly());

        assertEquals(Tier.RELAY, run.attempt().tier());
        assertFalse(run.atRouterOfA().isEmpty(), "the relay was not seen: the capture is of no use");
        assertEquals(List.of(), run.leaks());
        assertFalse(run.atHostOfB().isEmpty());
        assertEquals(List.of(), run.betweenThePeers());
    }

    /** What the one above looks for is found where it is. Last: its ends say goodbye when the next attempt begins. */
    @Test
    @Order(Integer.MAX_VALUE)
    void shouldSeeWhatIsNotHidden() throws Exception {
        Run run = run("direct", Servers.TURN);

        assertFalse(run.leaks().isEmpty());
        assertFalse(run.betweenThePeers().isEmpty());
    }
}
