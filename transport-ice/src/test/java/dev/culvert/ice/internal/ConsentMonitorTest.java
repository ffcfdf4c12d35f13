package dev.culvert.ice.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.internal.ConsentMonitor.Consent;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConsentMonitorTest {
    /** Near the end of the range: nanoTime may wrap around. */
    private static final long START = Long.MAX_VALUE - Duration.ofSeconds(7).toNanos();

    private final ConsentMonitor monitor = new ConsentMonitor(START);

    private static long at(double seconds) {
        return START + (long) (seconds * 1e9);
    }

    @Test
    void shouldBeFreshFromTheStart() {
        assertEquals(Consent.FRESH, monitor.consent(START));
        assertEquals(Consent.FRESH, monitor.consent(at(29.9)));
        assertEquals(Duration.ofSeconds(30), monitor.untilExpiry(START));
    }

    @Test
    void shouldMissAndComeBack() {
        monitor.onAnswered(at(5));
        monitor.onMissed();
        assertEquals(Consent.MISSED, monitor.consent(at(8)));

        monitor.onAnswered(at(10));

        assertEquals(Consent.FRESH, monitor.consent(at(10)));
        assertEquals(Duration.ofSeconds(25), monitor.untilExpiry(at(15)));
    }

    @Test
    void shouldExpireThirtySecondsAfterTheLastAnswerHoweverManyWereMissed() {
        monitor.onAnswered(at(5));
        for (int i = 0; i < 10; i++) {
            monitor.onMissed();
        }

        assertEquals(Consent.MISSED, monitor.consent(at(34.999)));
        assertEquals(Consent.EXPIRED, monitor.consent(at(35)));
        assertTrue(monitor.untilExpiry(at(35)).isZero());
        assertTrue(monitor.untilExpiry(at(36)).isNegative());
    }

    @Test
    void shouldExpireWithoutAMissToo() {
        assertEquals(Consent.EXPIRED, monitor.consent(at(30)));
    }

    @Test
    void shouldNotComeBackOnceExpired() {
        monitor.onAnswered(at(31));

        assertEquals(Consent.EXPIRED, monitor.consent(at(31)));
    }
}
