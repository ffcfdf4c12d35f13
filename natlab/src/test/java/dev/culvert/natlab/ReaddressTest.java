package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A host that gets another address while it runs. */
@Timeout(60)
@ExtendWith(NatLabExtension.class)
class ReaddressTest {
    private static String address(NatLab lab) {
        String said = lab.execute(Side.A, "ip", "-4", "-o", "addr", "show", "dev", "eth0");
        assertEquals(1, said.lines().count(), said);
        return said.replaceAll("(?s).* inet ([0-9.]+)/.*", "$1");
    }

    @ParameterizedTest
    @EnumSource(names = {"PORT", "NONE"})
    void shouldHaveAnotherAddressThatWorks(NatKind kind, NatLab lab, TwoPeers peers) {
        lab.nat(Side.A, kind);
        lab.nat(Side.B, NatKind.PORT);
        String before = address(lab);

        lab.readdress(Side.A);

        assertNotEquals(before, address(lab));
        Attempt attempt = peers.attempt(Servers.STUN, Duration.ofSeconds(10));
        assertTrue(attempt.succeeded(), attempt.reason());
    }

    @Test
    void shouldComeRoundToTheFirstOne(NatLab lab) {
        lab.nat(Side.A, NatKind.PORT);
        String before = address(lab);

        for (int i = 0; i < 13; i++) {
            lab.readdress(Side.A);
        }

        assertEquals(before, address(lab));
    }
}
