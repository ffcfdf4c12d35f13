package dev.culvert.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LogLimitTest {
    private long now = Long.MAX_VALUE - 5; // System.nanoTime may overflow at any moment
    private final LogLimit limit = new LogLimit(() -> now);

    @Test
    void shouldLetOneLineASecondThroughAndCountTheRest() {
        assertTrue(limit.permits());
        for (int i = 0; i < 1_000; i++) {
            assertFalse(limit.permits());
        }
        now += Duration.ofSeconds(1).toNanos();

        assertTrue(limit.permits());
        assertEquals(1_000, limit.takeHeld());
        assertEquals(0, limit.takeHeld());
    }
}
