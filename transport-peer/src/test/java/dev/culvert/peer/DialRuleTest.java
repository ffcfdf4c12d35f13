package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a peer is dialled again, in times of the test's own. */
class DialRuleTest {
    private final DialRule rule = new DialRule();

    private static long at(double seconds) {
        return Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(5) + (long) (seconds * 1e9); // it wraps
    }

    @Test
    void shouldPauseForTenSecondsAfterAFailure() {
        assertTrue(rule.isAllowed(at(0)));
        rule.pause(at(0));
        assertFalse(rule.isAllowed(at(0)));
        assertFalse(rule.isAllowed(at(9.9)));
        assertTrue(rule.isAllowed(at(10)));
    }

    @Test
    void shouldPauseNoLongerOnceAConnectionIsUp() {
        rule.pause(at(0));
        rule.onUp(at(1));
        assertTrue(rule.isAllowed(at(1)));
    }

    @Test
    void shouldTryOnceMoreAfterAConnectionThatBoreNothing() {
        rule.onUp(at(0));
        rule.onDown(at(1));
        assertTrue(rule.isWorthAnother());
        rule.onUp(at(1));
        rule.onDown(at(2));
        assertFalse(rule.isWorthAnother());
    }

    @Test
    void shouldGoOnWithAPeerThatTakesMessagesOrStays() {
        for (int i = 0; i < 10; i++) {
            rule.onUp(at(100 * i));
            if (i % 2 == 0) {
                rule.onDelivered();
            }
            rule.onDown(at(100 * i + (i % 2 == 0 ? 1 : 10)));
            assertTrue(rule.isWorthAnother());
        }
    }

    @Test
    void shouldTryOnceMoreWhenThePeerGivesUpAndNotWithoutEnd() {
        rule.onUp(at(0));
        rule.onDelivered();
        rule.onDown(at(1));
        assertTrue(rule.isWorthAnother());
        rule.onGivenUp();
        assertTrue(rule.isWorthAnother());
        rule.onGivenUp();
        assertFalse(rule.isWorthAnother());
        rule.pause(at(2));
        rule.onGivenUp();
        assertTrue(rule.isWorthAnother(), "what was before the pause counts no more");
    }

    @Test
    void shouldCountOnlyEndsAfterWhichSomethingWaits() {
        for (int i = 0; i < 3; i++) {
            rule.onUp(at(i));
            rule.onDown(at(i));
        }
        assertTrue(rule.isWorthAnother());
    }
}
