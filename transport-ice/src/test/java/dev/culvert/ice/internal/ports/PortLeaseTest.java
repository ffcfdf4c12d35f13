package dev.culvert.ice.internal.ports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.internal.ports.PortLease.Action;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In virtual time: the clock is a number that the test moves, and it wraps around. */
class PortLeaseTest {
    private static final long START = Long.MAX_VALUE - Duration.ofMillis(150).toNanos();

    private final PortLease lease = PortLease.asking(START);

    private static long at(long millis) {
        return START + Duration.ofMillis(millis).toNanos();
    }

    private static long seconds(long seconds) {
        return START + Duration.ofSeconds(seconds).toNanos();
    }

    /** What is to be done from a moment to another, each with its time in ms; goes only where nextNanos points. */
    private List<String> actions(PortLease from, long fromMillis, long toMillis) {
        List<String> actions = new ArrayList<>();
        long now = fromMillis;
        while (now <= toMillis && !from.isEnded()) {
            Action action = from.poll(at(now));
            if (action != Action.NOTHING) {
                actions.add(now + " " + action);
            }
            if (from.isEnded()) {
                break;
            }
            long next = Duration.ofNanos(from.nextNanos() - START).toMillis();
            assertTrue(next > now || action != Action.NOTHING || from.isHeld(), "stands still at " + now);
            now = Math.max(next, now + 1);
        }
        return actions;
    }

    @Test
    void shouldAskAgainAfter100MsDoublingAndGiveUpAfterSix() {
        assertEquals(
                List.of("0 ASK", "100 ASK", "300 ASK", "700 ASK", "1500 ASK", "3100 ASK", "6300 GAVE_UP"),
                actions(lease, 0, 100_000));
        assertTrue(lease.isEnded());
        assertEquals(Action.NOTHING, lease.poll(at(10_000)));
    }

    @Test
    void shouldRenewAtHalfTheLifetime() {
        lease.poll(START);
        lease.onGranted(3_600, at(20));

        assertTrue(lease.isHeld());
        assertEquals(Action.NOTHING, lease.poll(at(1_800_019)));
        assertEquals(Action.ASK, lease.poll(at(1_800_020)));
        lease.onGranted(3_600, at(1_800_030));
        assertEquals(List.of("3600030 ASK"), actions(lease, 1_800_031, 3_600_050));
    }

    @Test
    void shouldRenewAtHalfOfWhatRemainsAndLoseItInTheEnd() {
        lease.poll(START);
        lease.onGranted(64, START);

        assertEquals(
                List.of(
                        "32000 ASK",
                        "32100 ASK",
                        "32300 ASK",
                        "48350 ASK",
                        "48450 ASK",
                        "48650 ASK",
                        "56525 ASK",
                        "56625 ASK",
                        "56825 ASK",
                        "61225 ASK",
                        "61325 ASK",
                        "61525 ASK",
                        "64000 LOST"),
                actions(lease, 1, 100_000));
        assertTrue(lease.isEnded());
    }

    @Test
    void shouldNotHurryForAShortLifetime() {
        lease.poll(START);
        lease.onGranted(1, START);

        assertEquals(List.of("1000 LOST"), actions(lease, 1, 5_000));
    }

    @Test
    void shouldRelyOnNoLifetimeAboveADay() {
        lease.poll(START);
        lease.onGranted(0xffffffffL, START);

        assertEquals(seconds(43_200), lease.nextNanos());
    }

    @Test
    void shouldGiveUpWhenRefusedAndKeepWhatItHasWhenARenewalIs() {
        PortLease refused = PortLease.asking(START);
        refused.poll(START);
        refused.onRefused(at(5));
        assertEquals(Action.GAVE_UP, refused.poll(at(5)));

        lease.poll(START);
        lease.onGranted(100, START);
        assertEquals(Action.ASK, lease.poll(seconds(50)));
        lease.onRefused(seconds(50));
        assertTrue(lease.isHeld());
        assertEquals(seconds(75), lease.nextNanos());
    }

    @Test
    void shouldTakeALifetimeOfZeroForNoGrant() {
        lease.poll(START);
        lease.onGranted(0, at(5));

        assertFalse(lease.isHeld());
        assertEquals(at(100), lease.nextNanos());
    }

    @Test
    void shouldAskAtOnceAfterTheRouterForgot() {
        lease.poll(START);
        lease.onGranted(3_600, START);
        lease.askAgain(seconds(100));

        assertEquals(seconds(100), lease.nextNanos());
        assertEquals(Action.ASK, lease.poll(seconds(100)));
        assertTrue(lease.isHeld(), "until it runs out");
    }

    @Test
    void shouldRemoveForHalfASecondUntilAnswered() {
        lease.poll(START);
        lease.onGranted(3_600, START);
        lease.release(at(1_000));
        assertEquals(List.of("1000 REMOVE", "1100 REMOVE", "1300 REMOVE"), actions(lease, 1_000, 9_000));
        assertTrue(lease.isEnded());

        PortLease answered = PortLease.removing(START);
        assertEquals(Action.REMOVE, answered.poll(START));
        answered.onRemoved();
        assertTrue(answered.isEnded());
    }

    @Test
    void shouldNotComeBackToLife() {
        lease.poll(START);
        lease.release(at(10));
        lease.onGranted(3_600, at(20));
        assertTrue(lease.isRemoving());
        lease.onRemoved();
        lease.onGranted(3_600, at(30));
        lease.askAgain(at(30));
        lease.release(at(30));

        assertTrue(lease.isEnded());
        assertEquals(Action.NOTHING, lease.poll(at(40)));
    }
}
