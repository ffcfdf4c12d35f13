package dev.culvert.ice.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The order of guesses. */
class PortGuessesTest {
    private static final int ALL = 65_535 - 1_024 + 1;

    @Test
    void shouldTryEachPortOnce() {
        PortGuesses guesses = new PortGuesses(List.of(), new Random(1));
        List<Integer> taken = new ArrayList<>();
        List<Integer> next = guesses.next(1_000);
        while (!next.isEmpty()) {
            taken.addAll(next);
            next = guesses.next(1_000);
        }

        assertEquals(ALL, taken.size());
        assertEquals(ALL, new HashSet<>(taken).size());
        assertTrue(taken.stream().allMatch(port -> port >= 1_024 && port <= 65_535));
    }

    @Test
    void shouldNotGoUpOrDownInOrder() {
        List<Integer> first = new PortGuesses(List.of(), new Random(2)).next(2_048);

        // A quarter of the tries lies in each quarter of the ports, or nearly so.
        for (int quarter = 0; quarter < 4; quarter++) {
            int low = 1_024 + quarter * ALL / 4;
            long hits = first.stream()
                    .filter(port -> port >= low && port < low + ALL / 4)
                    .count();
            assertTrue(hits > 400 && hits < 624, "in quarter " + quarter + ": " + hits);
        }
    }

    @Test
    void shouldTryTheBlockOfTheSamplesFirst() {
        List<Integer> samples = List.of(40_100, 41_000, 40_500);
        List<Integer> first = new PortGuesses(samples, new Random(3)).next(3_000);

        // Any block of 2048 that holds all three lies between these.
        assertTrue(first.stream().allMatch(port -> port >= 41_000 - 2_047 && port <= 40_100 + 2_047));
        assertTrue(first.size() == 3_000, "and then come the others: " + first.size());
    }

    @Test
    void shouldGoOnWithTheOthersAfterTheBlock() {
        PortGuesses guesses = new PortGuesses(List.of(40_100, 41_000, 40_500), new Random(4));
        int block = 40_100 + 2_047 - (41_000 - 2_047) + 1;
        guesses.next(block);

        assertTrue(guesses.next(100).stream().noneMatch(port -> port >= 41_000 - 2_047 && port <= 40_100 + 2_047));
    }

    @Test
    void shouldMakeNothingOfFewOrScatteredSamples() {
        assertFalse(PortGuesses.isClustered(List.of(40_000, 40_001)));
        assertFalse(PortGuesses.isClustered(List.of(40_000, 40_001, 50_000)));
        assertFalse(PortGuesses.isClustered(List.of(80, 81, 82)));
        assertTrue(PortGuesses.isClustered(List.of(40_000, 40_001, 42_047)));
    }

    @Test
    void shouldStayWithinThePortsAtBothEnds() {
        for (List<Integer> samples : List.of(List.of(1_024, 1_025, 1_026), List.of(65_533, 65_534, 65_535))) {
            assertTrue(new PortGuesses(samples, new Random(5))
                    .next(ALL).stream().allMatch(port -> port >= 1_024 && port <= 65_535));
        }
    }

    /** What ADR 0008 counts on: 256 open ports, 2048 tries. */
    @Test
    void shouldHitOneOfManyOpenPortsNearlyAlways() {
        Random random = new Random(6);
        int missed = 0;
        int tries = 0;
        for (int run = 0; run < 500; run++) {
            HashSet<Integer> open = new HashSet<>(new PortGuesses(List.of(), random).next(256));
            List<Integer> guesses = new PortGuesses(List.of(), random).next(2_048);
            int hit = 0;
            while (hit < guesses.size() && !open.contains(guesses.get(hit))) {
                hit++;
            }
            missed += hit == guesses.size() ? 1 : 0;
            tries += hit;
        }

        assertTrue(missed <= 3, "missed " + missed + " of 500");
        assertTrue(tries / 500 < 350, "tries on average: " + tries / 500);
    }
}
