package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PollBudgetTest {
    private static final Instant NOW = Instant.parse("2026-11-15T12:00:00Z");

    private final PollBudget budget = new PollBudget(20);
    private final List<PeerId> peers = Stream.generate(() -> Identity.generate().peerId())
            .limit(PollBudget.MOST_ACTIVE + 1)
            .toList();

    private void spendBurst() {
        for (int i = 0; i < 20 * PollBudget.BURST_SECONDS; i++) {
            assertEquals(NOW, budget.reserve(NOW, 1));
        }
    }

    @Test
    void shouldLetABurstThroughAndThenSpreadGetsEvenly() {
        spendBurst();

        assertEquals(NOW, budget.reserve(NOW, 1));
        assertEquals(NOW.plusMillis(50), budget.reserve(NOW, 8));
        assertEquals(NOW.plusMillis(450), budget.reserve(NOW, 1));
        assertEquals(NOW.plusMillis(500), budget.reserve(NOW.plusMillis(20), 1));
    }

    @Test
    void shouldSaveUpNoMoreThanABurst() {
        spendBurst();
        Instant later = NOW.plus(Duration.ofDays(1));

        for (int i = 0; i <= 20 * PollBudget.BURST_SECONDS; i++) {
            assertEquals(later, budget.reserve(later, 1));
        }
        assertTrue(budget.reserve(later, 1).isAfter(later));
    }

    @Test
    void shouldNotWaitForAClockThatWasSetBack() {
        spendBurst();
        Instant yesterday = NOW.minus(Duration.ofDays(1));

        assertEquals(yesterday, budget.reserve(yesterday, 1));
    }

    @Test
    void shouldCallAContactActiveForAMinute() {
        PeerId peer = peers.get(0);
        assertFalse(budget.isActive(peer, NOW));

        budget.traffic(peer, NOW);

        assertTrue(budget.isActive(peer, NOW.plusSeconds(59)));
        assertFalse(budget.isActive(peer, NOW.plusSeconds(60)));
    }

    @Test
    void shouldKeepThoseWithTheLatestTraffic() {
        peers.subList(0, PollBudget.MOST_ACTIVE).forEach(peer -> budget.traffic(peer, NOW));
        budget.traffic(peers.get(0), NOW);
        budget.traffic(peers.get(PollBudget.MOST_ACTIVE), NOW);

        assertTrue(budget.isActive(peers.get(0), NOW));
        assertFalse(budget.isActive(peers.get(1), NOW));
        assertTrue(budget.isActive(peers.get(PollBudget.MOST_ACTIVE), NOW));
    }
}
