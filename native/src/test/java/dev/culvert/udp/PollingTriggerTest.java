package dev.culvert.udp;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PollingTriggerTest {
    private static final Duration FOR_EVER = Duration.ofNanos(-1);
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration BOUND = Duration.ofSeconds(20);

    @Test
    void shouldCallForALookOncePerPeriod() {
        long start = System.nanoTime();
        PollingTrigger trigger = new PollingTrigger(Duration.ofMillis(30));

        for (int i = 0; i < 3; i++) {
            assertTrue(trigger.await(FOR_EVER));
            assertFalse(trigger.await(Duration.ZERO), "twice in a period");
        }

        assertTrue(System.nanoTime() - start >= Duration.ofMillis(90).toNanos());
    }

    @Test
    void shouldReturnAfterTheCallersTime() {
        long start = System.nanoTime();

        assertFalse(new PollingTrigger(LONG).await(Duration.ofMillis(20)));

        assertTrue(System.nanoTime() - start >= Duration.ofMillis(20).toNanos());
    }

    @Test
    void shouldRememberThatItWasWoken() {
        PollingTrigger trigger = new PollingTrigger(LONG);
        trigger.wake();
        trigger.wake();

        assertFalse(assertTimeoutPreemptively(BOUND, () -> trigger.await(FOR_EVER)));
        long start = System.nanoTime();
        assertFalse(trigger.await(Duration.ofMillis(20)), "one return for all wakes before it");
        assertTrue(System.nanoTime() - start >= Duration.ofMillis(20).toNanos());
    }

    @Test
    void shouldBeWokenWhileItWaits() throws InterruptedException {
        PollingTrigger trigger = new PollingTrigger(LONG);
        Thread waiting = new Thread(() -> trigger.await(FOR_EVER));
        waiting.start();
        Eventually.holds("the thread waits", () -> waiting.getState() == Thread.State.TIMED_WAITING);

        trigger.wake();

        waiting.join(BOUND.toMillis());
        assertFalse(waiting.isAlive());
    }

    @Test
    void shouldNotBeEndedByAnInterrupt() {
        Thread.currentThread().interrupt();

        assertFalse(new PollingTrigger(LONG).await(LONG));
        assertFalse(Thread.currentThread().isInterrupted());
    }
}
