package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A connection that learns of a narrow link on its way. */
@Timeout(60)
class PathMtuTest {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final int HEADERS = 28;
    private static final int NARROW = 1_300;

    @RegisterExtension
    static final NatLabExtension LAB = NatLabExtension.of(NatKind.PORT, NatKind.NONE);

    @BeforeAll
    static void findCore() {
        IcmpErrorsTest.requireCore();
    }

    @Test
    void shouldTellLessWhenARouterReportsIt() {
        Attempt attempt = LAB.peers().attempt(Servers.STUN, CONNECT);
        assertTrue(attempt.succeeded(), attempt.reason());
        LabPeer a = LAB.peers().a();
        awaitMtu(a, 1_500 - HEADERS, () -> {}); // it is asked for when the connection has been told of

        List<String> command = new ArrayList<>(LAB.lab().inside("ra"));
        command.addAll(List.of("ip", "link", "set", "wan", "mtu", Integer.toString(NARROW)));
        NatLab.run(command);
        String large = "x".repeat(NARROW + 50);
        // The first one is reported, later ones are sent in fragments.
        awaitMtu(a, NARROW - HEADERS, () -> a.send(large));
    }

    private static void awaitMtu(LabPeer peer, int expected, Runnable meanwhile) {
        long end = System.nanoTime() + CONNECT.toNanos();
        while (peer.mtu() != expected) {
            assertTrue(System.nanoTime() - end < 0, "still " + peer.mtu());
            meanwhile.run();
        }
    }
}
