package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.natlab.LabPeer.Connected;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Two peers behind every pair of NATs, with a STUN server and no relay. */
@Timeout(60)
class HolePunchTest {
    private static final Duration GATHER = Duration.ofSeconds(3);
    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** Long enough for every check of a pair that works. */
    private static final Duration HOPELESS = Duration.ofSeconds(3);

    private static NatLab lab;
    private static LabPeer a;
    private static LabPeer b;

    @BeforeAll
    static void open() {
        Laboratory.require();
        lab = NatLab.open(NatKind.NONE, NatKind.NONE);
        a = lab.start(Side.A);
        b = lab.start(Side.B);
    }

    @AfterAll
    static void close() {
        if (lab != null) {
            lab.close(); // and the peers with it
        }
    }

    private static Stream<Arguments> pairs(boolean reachable) {
        List<Arguments> pairs = new ArrayList<>();
        NatKind[] kinds = NatKind.values();
        for (int i = 0; i < kinds.length; i++) {
            for (int j = i; j < kinds.length; j++) {
                if (kinds[i].isOpen() && kinds[j].isOpen() && kinds[i].reaches(kinds[j]) == reachable) {
                    pairs.add(Arguments.of(kinds[i], kinds[j]));
                }
            }
        }
        return pairs.stream();
    }

    static Stream<Arguments> reachable() {
        return pairs(true);
    }

    static Stream<Arguments> unreachable() {
        return pairs(false);
    }

    private static void check(NatKind kindOfA, NatKind kindOfB, Duration timeout) {
        lab.nat(Side.A, kindOfA);
        lab.nat(Side.B, kindOfB);
        String offer = a.gather(NatLab.SERVER, GATHER);
        String answer = b.gather(NatLab.SERVER, GATHER);
        a.connect(answer, true, timeout);
        b.connect(offer, false, timeout);
    }

    @ParameterizedTest
    @MethodSource("reachable")
    void shouldConnectAndCarryDataBothWays(NatKind kindOfA, NatKind kindOfB) {
        check(kindOfA, kindOfB, CONNECT);

        Connected atA = a.connected();
        Connected atB = b.connected();

        a.send("ping");
        assertEquals("ping", b.receive(Duration.ofSeconds(5)));
        b.send("pong");
        assertEquals("pong", a.receive(Duration.ofSeconds(5)));
        System.out.printf(
                "%s-%s: %d/%d ms, %s-%s%n",
                kindOfA, kindOfB, atA.time().toMillis(), atB.time().toMillis(), atA.localType(), atA.remoteType());
    }

    /** A relay or guessing ports is what is left then. */
    @ParameterizedTest
    @MethodSource("unreachable")
    void shouldFailClearlyWhereOrdinaryChecksCanNotGetThrough(NatKind kindOfA, NatKind kindOfB) {
        check(kindOfA, kindOfB, HOPELESS);

        for (LabPeer peer : List.of(a, b)) {
            String reason = peer.failed();
            assertTrue(reason.contains("No path to the peer was found"), reason);
        }
    }
}
