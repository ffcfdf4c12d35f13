package dev.culvert.ice.internal.ports;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EpochWatchTest {
    private static final long START = Long.MAX_VALUE - 1_000;

    private final EpochWatch watch = new EpochWatch();

    private static long at(long seconds) {
        return START + Duration.ofSeconds(seconds).toNanos();
    }

    @Test
    void shouldBelieveTheFirstClockWhateverItSays() {
        assertFalse(watch.isReset(0, START));
        assertFalse(new EpochWatch().isReset(0xffffffffL, START));
    }

    @Test
    void shouldAllowAClockThatIsAnEighthSlowOrFast() {
        watch.isReset(1_000, at(0));

        assertFalse(watch.isReset(1_698, at(800))); // 7/8 of 800, less two seconds
        assertFalse(watch.isReset(9_999, at(900)));
    }

    @Test
    void shouldNoticeAReboot() {
        watch.isReset(1_000, at(0));

        assertTrue(watch.isReset(5, at(1_800)));
        assertFalse(watch.isReset(1_805, at(3_600)), "it goes on from there");
    }

    @Test
    void shouldNoticeAClockThatIsTooSlow() {
        watch.isReset(1_000, at(0));

        assertTrue(watch.isReset(1_697, at(800)));
    }

    @Test
    void shouldNotLetARouterMakeUsAskInACircle() {
        watch.isReset(1_000, at(0));
        assertTrue(watch.isReset(0, at(100)));

        watch.isReset(1_000_000, at(101));
        assertFalse(watch.isReset(0, at(109)));
        watch.isReset(1_000_000, at(109));
        assertTrue(watch.isReset(0, at(110)));
    }
}
