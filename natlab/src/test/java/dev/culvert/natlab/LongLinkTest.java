package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.natlab.LabPeer.Connected;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Links that take their time and lose something. */
@Timeout(90)
class LongLinkTest {
    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final Duration RTT = Duration.ofMillis(100);

    @RegisterExtension
    static final NatLabExtension LAB = NatLabExtension.of(NatKind.NONE, NatKind.NONE);

    private static void connect(String what, NatKind kindOfA, NatKind kindOfB) {
        LAB.lab().nat(Side.A, kindOfA);
        LAB.lab().nat(Side.B, kindOfB);
        LAB.peers().check(Servers.STUN, CONNECT);
        Connected atA = LAB.peers().a().connected();
        Connected atB = LAB.peers().b().connected();
        System.out.printf(
                "%s, %s-%s: %d/%d ms%n",
                what, kindOfA, kindOfB, atA.time().toMillis(), atB.time().toMillis());
    }

    @ParameterizedTest
    @CsvSource({"NONE, NONE", "PORT, PORT", "ADDR, SYM", "CGN, EIM"})
    void shouldConnectOverALongLink(NatKind kindOfA, NatKind kindOfB) {
        LAB.lab().loss(0);
        LAB.lab().rtt(RTT);
        connect(RTT.toMillis() + " ms", kindOfA, kindOfB);

        long start = System.nanoTime();
        LAB.peers().a().send("ping");
        assertEquals("ping", LAB.peers().b().receive(Duration.ofSeconds(5)));
        LAB.peers().b().send("pong");
        assertEquals("pong", LAB.peers().a().receive(Duration.ofSeconds(5)));

        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(RTT) >= 0, () -> "there and back in " + took + ": no link was that long");
    }

    @ParameterizedTest
    @CsvSource({"NONE, NONE", "FULL, SYM", "PORT, PORT", "CGN, CGN"})
    void shouldConnectThoughEveryTenthPacketIsLost(NatKind kindOfA, NatKind kindOfB) {
        LAB.lab().rtt(Duration.ZERO);
        LAB.lab().loss(10);
        for (int i = 0; i < 5; i++) {
            connect("10 % lost", kindOfA, kindOfB);
        }
    }
}
