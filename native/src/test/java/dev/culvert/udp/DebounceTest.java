package dev.culvert.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DebounceTest {
    private static final long MILLI = 1_000_000;
    private static final long START = Long.MAX_VALUE - 5 * MILLI; // System.nanoTime may overflow at any moment

    private final Debounce debounce = new Debounce(Duration.ofMillis(20), Duration.ofMillis(60));

    @Test
    void shouldHaveNothingToDoUntilSomethingIsHeard() {
        assertEquals(OptionalLong.empty(), debounce.nanosLeft(START));
        assertFalse(debounce.takeDue(START));
    }

    @Test
    void shouldWaitForQuiet() {
        debounce.trigger(START);
        debounce.trigger(START + 15 * MILLI);

        assertEquals(OptionalLong.of(5 * MILLI), debounce.nanosLeft(START + 30 * MILLI));
        assertFalse(debounce.takeDue(START + 35 * MILLI - 1));
        assertTrue(debounce.takeDue(START + 35 * MILLI));
    }

    @Test
    void shouldWaitNoLongerThanTheMost() {
        List<Long> looks = new ArrayList<>();
        for (long millis = 0; millis <= 200; millis += 5) {
            debounce.trigger(START + millis * MILLI);
            if (debounce.takeDue(START + millis * MILLI)) {
                looks.add(millis);
            }
        }

        assertEquals(List.of(60L, 125L, 190L), looks); // the next first word comes 5 ms after each look
    }

    @Test
    void shouldBeDueOnce() {
        debounce.trigger(START);

        assertTrue(debounce.takeDue(START + 20 * MILLI));
        assertFalse(debounce.takeDue(START + 500 * MILLI));
        assertEquals(OptionalLong.empty(), debounce.nanosLeft(START + 500 * MILLI));
    }

    @Test
    void shouldStartAgainWithTheNextWord() {
        debounce.trigger(START);
        assertTrue(debounce.takeDue(START + 20 * MILLI));
        debounce.trigger(START + 100 * MILLI);

        assertEquals(OptionalLong.of(20 * MILLI), debounce.nanosLeft(START + 100 * MILLI));
    }

    @Test
    void shouldNeverHaveLessThanNothingLeft() {
        debounce.trigger(START);

        assertEquals(OptionalLong.of(0), debounce.nanosLeft(START + 90 * MILLI));
    }

    @Test
    void shouldRetryAfterItsTimeOrWhenSomethingIsHeard() {
        debounce.retry(START, Duration.ofMillis(640));
        assertEquals(OptionalLong.of(640 * MILLI), debounce.nanosLeft(START));

        debounce.trigger(START + 100 * MILLI);

        assertFalse(debounce.takeDue(START + 119 * MILLI));
        assertTrue(debounce.takeDue(START + 120 * MILLI));
    }

    @Test
    void shouldNotPutARetryOffByWhatIsHeard() {
        debounce.retry(START, Duration.ofMillis(40));
        debounce.trigger(START + 35 * MILLI);

        assertTrue(debounce.takeDue(START + 40 * MILLI));
    }

    @Test
    void shouldBeDueAtOnceWithoutATime() {
        Debounce none = new Debounce(Duration.ZERO, Duration.ZERO);
        none.trigger(START);

        assertTrue(none.takeDue(START));
    }
}
