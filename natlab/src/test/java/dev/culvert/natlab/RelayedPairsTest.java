package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.Tier;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two peers that only a relay connects, over UDP or, where that is blocked, over TCP. */
@Timeout(60)
class RelayedPairsTest {
    private static final Duration CONNECT = Duration.ofSeconds(10);

    @RegisterExtension
    static final NatLabExtension LAB = NatLabExtension.of(NatKind.NONE, NatKind.NONE);

    @ParameterizedTest
    @CsvSource({"SYM, SYM", "DROP, NONE", "DROP, SYM", "REJECT, PORT", "DROP, REJECT"})
    void shouldConnectOverARelay(NatKind kindOfA, NatKind kindOfB) {
        LAB.lab().nat(Side.A, kindOfA);
        LAB.lab().nat(Side.B, kindOfB);
        Attempt attempt = LAB.peers().attempt(Servers.TURN_ANY, CONNECT);

        assertTrue(attempt.succeeded(), attempt.reason());
        assertEquals(Tier.RELAY, attempt.tier());
        System.out.printf(
                "%s-%s: %.0f/%.0f ms, %s%n",
                kindOfA, kindOfB, attempt.millisAtA(), attempt.millisAtB(), attempt.types());
    }
}
