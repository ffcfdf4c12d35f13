package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.natlab.LabPeer.Connected;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two homes behind the NAT of one carrier, whose public address is that of both. */
@Timeout(60)
class CarrierTest {
    @BeforeAll
    static void require() {
        NatLabExtension.require();
    }

    @ParameterizedTest
    @CsvSource({"PORT, PORT", "EIM, FULL"})
    void shouldConnectIfTheCarrierSendsBackInside(NatKind kindOfA, NatKind kindOfB) {
        try (NatLab lab = NatLab.open(kindOfA, kindOfB, Carrier.HAIRPIN);
                TwoPeers peers = TwoPeers.start(lab, PeerKind.CULVERT)) {
            peers.check(Servers.STUN, Duration.ofSeconds(10));

            Connected atA = peers.a().connected();
            Connected atB = peers.b().connected();

            assertTrue(atA.remoteType().endsWith("flx") && atB.remoteType().endsWith("flx"), atA + ", " + atB);
            peers.a().send("ping");
            assertEquals("ping", peers.b().receive(Duration.ofSeconds(5)));
            peers.b().send("pong");
            assertEquals("pong", peers.a().receive(Duration.ofSeconds(5)));
        }
    }

    @ParameterizedTest
    @CsvSource({"PORT, PORT", "EIM, FULL"})
    void shouldFailClearlyIfItDoesNot(NatKind kindOfA, NatKind kindOfB) {
        try (NatLab lab = NatLab.open(kindOfA, kindOfB, Carrier.PLAIN);
                TwoPeers peers = TwoPeers.start(lab, PeerKind.CULVERT)) {
            peers.check(Servers.STUN, Duration.ofSeconds(3));

            String reasonOfA = peers.a().failed();
            String reasonOfB = peers.b().failed();

            assertTrue(reasonOfA.contains("No path to the peer was found"), reasonOfA);
            assertTrue(reasonOfB.contains("No path to the peer was found"), reasonOfB);
        }
    }
}
