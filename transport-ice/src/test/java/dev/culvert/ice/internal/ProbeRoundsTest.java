package dev.culvert.ice.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The distances of rounds. */
class ProbeRoundsTest {
    private final ProbeRounds rounds = new ProbeRounds();

    private List<Long> next(int count) {
        return Stream.generate(rounds::untilNext)
                .limit(count)
                .map(Duration::toMillis)
                .toList();
    }

    @Test
    void shouldBeginSoonAndGetRarerUpToFifteenSeconds() {
        assertEquals(List.of(500L, 1_000L, 2_000L, 4_000L, 8_000L, 15_000L, 15_000L), next(7));
    }

    @Test
    void shouldBeginAgainWhenSomethingHasChanged() {
        next(5);
        rounds.restart();

        assertEquals(List.of(500L, 1_000L), next(2));
    }
}
