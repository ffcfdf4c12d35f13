package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A router forgets its mappings: the side behind it is seen at another port from then on, and is found there. */
@Timeout(60)
class NewMappingTest {
    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** The next consent check of either side comes within 6 s; two that are not answered make a side look elsewhere. */
    private static final Duration FOUND = Duration.ofSeconds(20);

    @RegisterExtension
    static final NatLabExtension LAB = NatLabExtension.of(NatKind.SYM, NatKind.FULL);

    @ParameterizedTest
    @CsvSource({"SYM, FULL", "SYM, ADDR", "SYM, NONE"})
    void shouldFindThePeerAtItsNewPort(NatKind rebooted, NatKind other) {
        LAB.lab().nat(Side.A, rebooted);
        LAB.lab().nat(Side.B, other);
        Attempt attempt = LAB.peers().attempt(Servers.STUN, CONNECT);
        assertTrue(attempt.succeeded(), attempt.reason());

        LAB.lab().reboot(Side.A);
        long begin = System.nanoTime();
        boolean found = false;
        int words = 0;
        while (!found && System.nanoTime() - begin < FOUND.toNanos()) {
            LAB.peers().a().send("a" + words);
            LAB.peers().b().send("b" + words++);
            boolean atB = !LAB.peers().b().receive(Duration.ofMillis(50)).equals("nothing");
            boolean atA = !LAB.peers().a().receive(Duration.ofMillis(50)).equals("nothing");
            found = atA && atB;
        }
        System.out.printf("%s-%s: found after %d ms%n", rebooted, other, (System.nanoTime() - begin) / 1_000_000);

        assertTrue(found, "not found at its new port");
    }
}
