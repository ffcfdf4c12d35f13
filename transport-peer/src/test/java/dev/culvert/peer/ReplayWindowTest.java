package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayWindowTest {
    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE})
    void shouldRefuseNegativeCounters(long counter) {
        assertFalse(new ReplayWindow().isNew(counter));
    }

    /** The peer chooses the counter: a leap must cost no more than a step. */
    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MAX_VALUE / 2})
    void shouldTakeALeapAtOnce(long counter) {
        ReplayWindow window = new ReplayWindow();
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> window.accept(counter));

        assertFalse(window.isNew(counter));
        assertTrue(window.isNew(counter - 1));
        assertFalse(window.isNew(0));
    }

    @Test
    void shouldForgetNothingWithinTheWindow() {
        ReplayWindow window = new ReplayWindow();
        window.accept(0);
        window.accept(ReplayWindow.SIZE - 1);

        assertFalse(window.isNew(0));
        assertTrue(window.isNew(1));
        window.accept(ReplayWindow.SIZE);
        assertFalse(window.isNew(0));
        assertTrue(window.isNew(1));
    }
}
