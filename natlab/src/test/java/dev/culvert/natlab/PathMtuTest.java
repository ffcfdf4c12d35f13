package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
        assertEquals(1_500 - HEADERS, a.mtu());

        List<String> command = new ArrayList<>(LAB.lab().inside("ra"));
        command.addAll(List.of("ip", "link", "set", "wan", "mtu", Integer.toString(NARROW)));
        NatLab.run(command);
        String large = "x".repeat(NARROW + 50);
        long end = System.nanoTime() + CONNECT.toNanos();
        while (a.mtu() != NARROW - HEADERS) {
            assertTrue(System.nanoTime() - end < 0, "still " + a.mtu());
            a.send(large); // the first one is reported, later ones are sent in fragments
        }
    }
}
