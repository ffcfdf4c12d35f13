package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.natlab.LabPeer.Connected;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Two peers behind every pair of NATs, with a STUN server and no relay; some pairs have to guess ports. */
@Timeout(60)
class HolePunchTest {
    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** Long enough for every check of a pair that works. */
    private static final Duration HOPELESS = Duration.ofSeconds(3);

    /** The endpoint's own, IPv4 and IPv6, and the one that was hit. */
    private static final int IN_USE = 5;

    /** They linger for 3 s. */
    private static final Duration CLOSED = Duration.ofSeconds(10);

    @RegisterExtension
    static final NatLabExtension LAB = NatLabExtension.of(NatKind.NONE, NatKind.NONE);

    /** How two open NATs come together. */
    private enum Way {
        CHECKS,
        GUESSING,
        NONE;

        static Way between(NatKind a, NatKind b) {
            return a.reaches(b) ? CHECKS : a.reachesByGuessing(b) ? GUESSING : NONE;
        }
    }

    private static Stream<Arguments> pairs(Way way) {
        List<Arguments> pairs = new ArrayList<>();
        NatKind[] kinds = NatKind.values();
        for (int i = 0; i < kinds.length; i++) {
            for (int j = i; j < kinds.length; j++) {
                if (kinds[i].isOpen() && kinds[j].isOpen() && Way.between(kinds[i], kinds[j]) == way) {
                    pairs.add(Arguments.of(kinds[i], kinds[j]));
                }
            }
        }
        return pairs.stream();
    }

    static Stream<Arguments> reachable() {
        return pairs(Way.CHECKS);
    }

    static Stream<Arguments> guessable() {
        return pairs(Way.GUESSING);
    }

    static Stream<Arguments> unreachable() {
        return pairs(Way.NONE);
    }

    @ParameterizedTest
    @MethodSource({"reachable", "guessable"})
    void shouldConnectAndCarryDataBothWays(NatKind kindOfA, NatKind kindOfB) {
        LAB.lab().nat(Side.A, kindOfA);
        LAB.lab().nat(Side.B, kindOfB);
        LAB.peers().check(Servers.STUN, CONNECT);

        Connected atA = LAB.peers().a().connected();
        Connected atB = LAB.peers().b().connected();

        LAB.peers().a().send("ping");
        assertEquals("ping", LAB.peers().b().receive(Duration.ofSeconds(5)));
        LAB.peers().b().send("pong");
        assertEquals("pong", LAB.peers().a().receive(Duration.ofSeconds(5)));
        System.out.printf(
                "%s-%s: %d/%d ms, %s-%s%n",
                kindOfA, kindOfB, atA.time().toMillis(), atB.time().toMillis(), atA.localType(), atA.remoteType());
    }

    /** Behind the symmetric NAT hundreds are open while ports are guessed. */
    @Test
    void shouldCloseTheSocketsThatWereNotHit() {
        LAB.lab().nat(Side.A, NatKind.EIM);
        LAB.lab().nat(Side.B, NatKind.SYM);
        LAB.peers().check(Servers.STUN, CONNECT);
        LAB.peers().a().connected();
        LAB.peers().b().connected();

        int open = udpSockets();
        long end = System.nanoTime() + CLOSED.toNanos();
        while (open > IN_USE && System.nanoTime() - end < 0) {
            open = udpSockets();
        }
        assertTrue(open <= IN_USE, open + " sockets are open");
    }

    private static int udpSockets() {
        return (int) LAB.lab().execute(Side.B, "ss", "-Huan").lines().count();
    }

    /** A relay is what is left then. */
    @ParameterizedTest
    @MethodSource("unreachable")
    void shouldFailClearlyWhereNothingGetsThroughButARelay(NatKind kindOfA, NatKind kindOfB) {
        LAB.lab().nat(Side.A, kindOfA);
        LAB.lab().nat(Side.B, kindOfB);
        LAB.peers().check(Servers.STUN, HOPELESS);

        for (LabPeer peer : List.of(LAB.peers().a(), LAB.peers().b())) {
            String reason = peer.failed();
            assertTrue(reason.contains("No path to the peer was found"), reason);
        }
    }
}
