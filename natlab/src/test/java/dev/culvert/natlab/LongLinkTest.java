package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.natlab.LabPeer.Connected;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Links that take their time and lose something. */
@Timeout(90)
class LongLinkTest {
    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final Duration RTT = Duration.ofMillis(100);

    private static TwoPeers peers;

    @BeforeAll
    static void open() {
        peers = new TwoPeers();
    }

    @AfterAll
    static void close() {
        if (peers != null) {
            peers.close();
        }
    }

    private static void connect(String what, NatKind kindOfA, NatKind kindOfB) {
        peers.check(kindOfA, kindOfB, CONNECT);
        Connected atA = peers.a.connected();
        Connected atB = peers.b.connected();
        System.out.printf(
                "%s, %s-%s: %d/%d ms%n",
                what, kindOfA, kindOfB, atA.time().toMillis(), atB.time().toMillis());
    }

    @ParameterizedTest
    @CsvSource({"NONE, NONE", "PORT, PORT", "ADDR, SYM", "CGN, EIM"})
    void shouldConnectOverALongLink(NatKind kindOfA, NatKind kindOfB) {
        peers.lab.loss(0);
        peers.lab.rtt(RTT);
        connect(RTT.toMillis() + " ms", kindOfA, kindOfB);

        long start = System.nanoTime();
        peers.a.send("ping");
        assertEquals("ping", peers.b.receive(Duration.ofSeconds(5)));
        peers.b.send("pong");
        assertEquals("pong", peers.a.receive(Duration.ofSeconds(5)));

        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(RTT) >= 0, () -> "there and back in " + took + ": no link was that long");
    }

    @ParameterizedTest
    @CsvSource({"NONE, NONE", "FULL, SYM", "PORT, PORT", "CGN, CGN"})
    void shouldConnectThoughEveryTenthPacketIsLost(NatKind kindOfA, NatKind kindOfB) {
        peers.lab.rtt(Duration.ZERO);
        peers.lab.loss(10);
        for (int i = 0; i < 5; i++) {
            connect("10 % lost", kindOfA, kindOfB);
        }
    }
}
