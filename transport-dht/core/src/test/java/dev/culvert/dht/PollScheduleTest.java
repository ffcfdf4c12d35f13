package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class PollScheduleTest {
    private static final Duration QUICK = Duration.ofSeconds(2);
    private static final Duration SLOW = Duration.ofSeconds(30);

    /** A source that always gives the middle: jitter either way adds nothing, and that of a limit takes 10 %. */
    private final PollSchedule exact = new PollSchedule(new RandomGenerator() {
        @Override
        public long nextLong() {
            return 0;
        }

        @Override
        public double nextDouble() {
            return 0.5;
        }
    });

    @Test
    void shouldSpreadByTwentyPercentEitherWay() {
        PollSchedule schedule = new PollSchedule(new Random(1));
        Set<Duration> seen = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            Duration wait = schedule.jittered(Duration.ofSeconds(10));
            assertTrue(wait.toMillis() >= 8000 && wait.toMillis() <= 12_000, wait.toString());
            seen.add(wait);
        }
        assertTrue(seen.stream().anyMatch(wait -> wait.toMillis() < 8500));
        assertTrue(seen.stream().anyMatch(wait -> wait.toMillis() > 11_500));
    }

    @Test
    void shouldNeverExceedAnIntervalThatIsReliedOn() {
        PollSchedule schedule = new PollSchedule(new Random(1));
        Set<Duration> seen = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            Duration wait = schedule.atMost(QUICK);
            assertTrue(wait.toMillis() >= 1600 && wait.compareTo(QUICK) <= 0, wait.toString());
            seen.add(wait);
        }
        assertTrue(seen.stream().anyMatch(wait -> wait.toMillis() < 1700));
        assertTrue(seen.stream().anyMatch(wait -> wait.toMillis() > 1900));
    }

    @Test
    void shouldPollQuicklyAfterSomethingHappenedAndSlowlyLater() {
        assertEquals(lessTen(QUICK), exact.poll(QUICK, SLOW, Duration.ZERO));
        assertEquals(lessTen(QUICK), exact.poll(QUICK, SLOW, Duration.ofSeconds(20)));
        assertEquals(lessTen(Duration.ofSeconds(6)), exact.poll(QUICK, SLOW, Duration.ofMinutes(1)));
        assertEquals(lessTen(SLOW), exact.poll(QUICK, SLOW, Duration.ofDays(3)));
        assertEquals(lessTen(QUICK), exact.poll(QUICK, SLOW, Duration.ofSeconds(-5)));
    }

    /** The middle of what may be taken off. */
    private static Duration lessTen(Duration interval) {
        return interval.multipliedBy(9).dividedBy(10);
    }

    @Test
    void shouldDoubleTheWaitWithEachFailureUpToTheLimit() {
        Duration first = Duration.ofSeconds(1);
        Duration most = Duration.ofMinutes(5);

        assertEquals(Duration.ofSeconds(1), exact.retry(first, most, 1));
        assertEquals(Duration.ofSeconds(2), exact.retry(first, most, 2));
        assertEquals(Duration.ofSeconds(256), exact.retry(first, most, 9));
        assertEquals(most, exact.retry(first, most, 10));
        assertEquals(most, exact.retry(first, most, Integer.MAX_VALUE));
    }
}
