package dev.culvert.ice.internal.ports;

import static dev.culvert.ice.internal.ports.PortProtocol.NAT_PMP;
import static dev.culvert.ice.internal.ports.PortProtocol.PCP;
import static dev.culvert.ice.internal.ports.PortProtocol.UPNP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortRaceTest {
    private static final long START = Long.MAX_VALUE - 1_000;

    private final PortRace race = new PortRace(EnumSet.allOf(PortProtocol.class), START);

    private static long at(long millis) {
        return START + Duration.ofMillis(millis).toNanos();
    }

    @Test
    void shouldChooseTheMostPreferredAtOnce() {
        race.onAnswer(UPNP, at(1));
        race.onAnswer(PCP, at(2));

        assertEquals(Optional.of(PCP), race.winner(at(2)));
    }

    @Test
    void shouldGiveBetterOnesTimeUntilTheLimit() {
        race.onAnswer(UPNP, at(1));
        race.onAnswer(NAT_PMP, at(2));

        assertEquals(Optional.empty(), race.winner(at(249)));
        assertFalse(race.isLost(at(250)));
        assertEquals(Optional.of(NAT_PMP), race.winner(at(250)));
    }

    @Test
    void shouldNotWaitForOnesThatAreOut() {
        race.onOut(PCP);
        race.onOut(NAT_PMP);
        assertFalse(race.isLost(at(1)));
        race.onAnswer(UPNP, at(3));

        assertEquals(Optional.of(UPNP), race.winner(at(3)));
    }

    @Test
    void shouldHaveTheNextBestReadyWhenTheWinnerFails() {
        race.onAnswer(PCP, at(1));
        race.onAnswer(UPNP, at(2));
        race.onOut(PCP);

        assertEquals(Optional.of(UPNP), race.winner(at(300)));
        race.onOut(UPNP);
        assertTrue(race.isLost(at(300)));
    }

    @Test
    void shouldTakeNoAnswerAfterTheLimitOrTheEnd() {
        assertFalse(race.onAnswer(PCP, at(250)));
        race.onOut(NAT_PMP);
        assertFalse(race.onAnswer(NAT_PMP, at(10)));
        assertTrue(race.onAnswer(UPNP, at(249)));
        assertFalse(race.onAnswer(UPNP, at(249)), "twice");
    }

    @Test
    void shouldBeLostWhenNobodyAnswersOrIsAsked() {
        assertFalse(race.isLost(at(249)));
        assertTrue(race.isLost(at(250)));
        assertTrue(new PortRace(Set.of(), START).isLost(START));
    }

    @Test
    void shouldLeaveOutWhoWasNotAsked() {
        PortRace alone = new PortRace(Set.of(NAT_PMP), START);

        assertFalse(alone.onAnswer(PCP, at(1)));
        alone.onAnswer(NAT_PMP, at(1));
        assertEquals(Optional.of(NAT_PMP), alone.winner(at(1)));
    }
}
