package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.natlab.MatrixPlan.Access;
import dev.culvert.natlab.MatrixPlan.Line;
import dev.culvert.natlab.MatrixPlan.Pair;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class MatrixPlanTest {
    private static MatrixPlan plan(String... arguments) {
        CommandLine line = Matrix.commandLine();
        line.parseArgs(arguments);
        return ((Matrix) line.getCommand()).plan();
    }

    @Test
    void shouldTryEachUnorderedPairOnce() {
        MatrixPlan plan = plan("--kinds", "none,port,sym");

        assertEquals(
                List.of("none-none", "none-port", "none-sym", "port-port", "port-sym", "sym-sym"),
                plan.pairs().stream().map(Pair::toString).toList());
    }

    @Test
    void shouldHaveEveryKindIfNoneIsNamed() {
        assertEquals(55, plan().pairs().size());
    }

    @Test
    void shouldCombineRoundTripsAndLosses() {
        MatrixPlan plan = plan("--rtt", "0,100", "--loss", "0,10");

        assertEquals(List.of(new Line(0, 0), new Line(0, 10), new Line(100, 0), new Line(100, 10)), plan.lines());
    }

    @Test
    void shouldReadServersAndPeersAsPeopleWriteThem() {
        MatrixPlan plan = plan("--servers", "turn-any", "--peers", "culvert,libnice,ice4j,culvert");

        assertEquals(Access.TURN_ANY, plan.access());
        assertEquals("turn-any", plan.access().word());
        assertEquals(List.of(PeerKind.CULVERT, PeerKind.LIBNICE, PeerKind.ICE4J), plan.peers());
    }

    @Test
    void shouldNotWasteTimeOnPairsThatCanNotConnect() {
        MatrixPlan plan = plan("--tries", "10", "--timeout", "30");
        Pair hopeless = new Pair(NatKind.SYM, NatKind.SYM);
        Pair guessed = new Pair(NatKind.PORT, NatKind.SYM);
        Pair easy = new Pair(NatKind.PORT, NatKind.PORT);

        for (PeerKind peer : PeerKind.values()) {
            assertEquals(2, plan.tries(hopeless, peer));
            assertEquals(4, plan.timeoutSeconds(hopeless, peer));
            assertEquals(10, plan.tries(easy, peer));
            assertEquals(30, plan.timeoutSeconds(easy, peer));
            assertEquals(1, plan("--tries", "1").tries(hopeless, peer));
        }
        assertEquals(10, plan.tries(guessed, PeerKind.CULVERT));
        assertEquals(2, plan.tries(guessed, PeerKind.LIBNICE), "nobody else guesses ports");
    }

    @Test
    void shouldWantOfEachServerWhatItCanDo() {
        assertFalse(Access.STUN.connects(NatKind.SYM, NatKind.SYM));
        assertTrue(Access.STUN.connects(NatKind.EIM, NatKind.SYM));
        assertFalse(Access.STUN.connectsAnybody(NatKind.EIM, NatKind.SYM));
        assertTrue(Access.TURN.connects(NatKind.SYM, NatKind.SYM));
        assertFalse(Access.TURN.connects(NatKind.DROP, NatKind.NONE));
        assertTrue(Access.TURN_ANY.connects(NatKind.DROP, NatKind.REJECT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--tries=0",
                "--tries=1001",
                "--rtt=-1",
                "--rtt=0,10000",
                "--loss=100",
                "--timeout=0",
                "--kinds=cone"
            })
    void shouldRefuseWhatMakesNoSense(String argument) {
        assertThrows(ParameterException.class, () -> plan(argument));
    }
}
