package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What coturn's own tool finds out about each NAT, by the behaviour that RFC 5780 describes. */
@Timeout(60)
@ExtendWith(NatLabExtension.class)
class NatKindTest {
    private static final String NO_ANSWER = "STUN receive timeout";

    private static final String INDEPENDENT = "Endpoint Independent";
    private static final String ADDRESS = "Address Dependent";
    private static final String ADDRESS_AND_PORT = "Address and Port Dependent";

    /** What the tool calls a NAT of this kind. */
    private record Behaviour(String mapping, String filtering) {
        static Behaviour of(NatKind kind) {
            return switch (kind) {
                case NONE, FULL -> new Behaviour(INDEPENDENT, INDEPENDENT);
                case ADDR -> new Behaviour(INDEPENDENT, ADDRESS);
                case FIREWALL, PORT, EIM, CGN -> new Behaviour(INDEPENDENT, ADDRESS_AND_PORT);
                case SYM -> new Behaviour(ADDRESS_AND_PORT, ADDRESS_AND_PORT);
                case DROP, REJECT -> throw new IllegalArgumentException(kind + " lets no UDP out");
            };
        }

        void assertIn(String found) {
            assertTrue(found.contains("NAT with " + mapping + " Mapping!"), found);
            assertTrue(found.contains("NAT with " + filtering + " Filtering!"), found);
        }
    }

    /** Both sides at once, as the tool waits for most of its time; what each finds, A's first. */
    private static List<String> discover(NatLab lab, NatKind a, NatKind b) {
        lab.nat(Side.A, a);
        lab.nat(Side.B, b);
        CompletableFuture<String> atB = CompletableFuture.supplyAsync(() -> lab.discover(Side.B));
        String atA = lab.discover(Side.A);
        return List.of(atA, atB.join());
    }

    @ParameterizedTest
    @CsvSource({"NONE, FIREWALL", "FULL, ADDR", "PORT, EIM", "SYM, CGN"})
    void shouldMapAndFilterAsItsKindDoes(NatKind a, NatKind b, NatLab lab) {
        List<String> found = discover(lab, a, b);

        Behaviour.of(a).assertIn(found.get(0));
        Behaviour.of(b).assertIn(found.get(1));
    }

    @Test
    void shouldLetNoUdpOut(NatLab lab) {
        for (String found : discover(lab, NatKind.DROP, NatKind.REJECT)) {
            assertTrue(found.contains(NO_ANSWER), found);
            assertTrue(!found.contains("reflexive addr"), found);
        }
    }
}
