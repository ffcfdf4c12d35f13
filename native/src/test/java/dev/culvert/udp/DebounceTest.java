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

    private final Debounce debounce = new Debounce(Duration.ofMillis(20), Duration.ofMillis(60));

    @Test
    void shouldHaveNothingToDoUntilSomethingIsHeard() {
        assertEquals(OptionalLong.empty(), debounce.nanosLeft(at(0)));
        assertFalse(debounce.takeDue(at(0)));
    }

    @Test
    void shouldWaitForQuiet() {
        debounce.trigger(at(0));
        debounce.trigger(at(15));

        assertEquals(OptionalLong.of(5 * MILLI), debounce.nanosLeft(at(30)));
        assertFalse(debounce.takeDue(at(35) - 1));
        assertTrue(debounce.takeDue(at(35)));
    }

    @Test
    void shouldWaitNoLongerThanTheMost() {
        List<Long> looks = new ArrayList<>();
        for (long millis = 0; millis <= 200; millis += 5) {
            debounce.trigger(at(millis));
            if (debounce.takeDue(at(millis))) {
                looks.add(millis);
            }
        }

        assertEquals(List.of(60L, 125L, 190L), looks); // the next first word comes 5 ms after each look
    }

    @Test
    void shouldBeDueOnce() {
        debounce.trigger(at(0));

        assertTrue(debounce.takeDue(at(20)));
        assertFalse(debounce.takeDue(at(500)));
        assertEquals(OptionalLong.empty(), debounce.nanosLeft(at(500)));
    }

    @Test
    void shouldStartAgainWithTheNextWord() {
        debounce.trigger(at(0));
        assertTrue(debounce.takeDue(at(20)));
        debounce.trigger(at(100));

        assertEquals(OptionalLong.of(20 * MILLI), debounce.nanosLeft(at(100)));
    }

    @Test
    void shouldNeverHaveLessThanNothingLeft() {
        debounce.trigger(at(0));

        assertEquals(OptionalLong.of(0), debounce.nanosLeft(at(90)));
    }

    @Test
    void shouldRetryAfterItsTimeOrWhenSomethingIsHeard() {
        debounce.retry(at(0), Duration.ofMillis(640));
        assertEquals(OptionalLong.of(640 * MILLI), debounce.nanosLeft(at(0)));

        debounce.trigger(at(100));

        assertFalse(debounce.takeDue(at(119)));
        assertTrue(debounce.takeDue(at(120)));
    }

    @Test
    void shouldNotPutARetryOffByWhatIsHeard() {
        debounce.retry(at(0), Duration.ofMillis(40));
        debounce.trigger(at(35));

        assertTrue(debounce.takeDue(at(40)));
    }

    @Test
    void shouldBeDueAtOnceWithoutATime() {
        Debounce none = new Debounce(Duration.ZERO, Duration.ZERO);
        none.trigger(at(0));

        assertTrue(none.takeDue(at(0)));
    }

    private static long at(long millis) {
        return Long.MAX_VALUE - 30 * MILLI + millis * MILLI; // System.nanoTime may overflow at any moment
    }
}
