package dev.culvert.dht;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait until something is tried again. Every delay is spread by 20 %, so that peers that
 * started together do not keep asking together. Reads no clock; for the thread that owns the random source.
 */
public final class PollSchedule {
    /** A tenth of the time that nothing happened: a poll then costs at most 10 % more latency than was waited already. */
    private static final int QUIET_SHARE = 10;

    private static final double JITTER = 0.2;

    private final RandomGenerator random;

    /** A schedule that draws its jitter from {@code random}. */
    public PollSchedule(RandomGenerator random) {
        this.random = random;
    }

    /** {@code interval}, give or take 20 %. */
    public Duration jittered(Duration interval) {
        double factor = 1 - JITTER + 2 * JITTER * random.nextDouble();
        return Duration.ofNanos((long) (interval.toNanos() * factor));
    }

    /** {@code interval}, or up to 20 % less: for an interval that somebody relies on. */
    public Duration atMost(Duration interval) {
        double factor = 1 - JITTER * random.nextDouble();
        return Duration.ofNanos((long) (interval.toNanos() * factor));
    }

    /**
     * The wait before the next poll, at most the interval that is due: quick after something happened, slower the longer nothing does.
     *
     * @param quick the shortest interval
     * @param slow the longest
     * @param quiet how long nothing has happened
     */
    public Duration poll(Duration quick, Duration slow, Duration quiet) {
        return atMost(clamp(quiet.dividedBy(QUIET_SHARE), quick, slow));
    }

    /**
     * The wait before a repeated try: doubled with each failure.
     *
     * @param first after the first failure
     * @param most the longest
     * @param failures in a row, at least 1
     */
    public Duration retry(Duration first, Duration most, int failures) {
        int doublings = Math.min(failures - 1, 20);
        return jittered(clamp(first.multipliedBy(1L << doublings), first, most));
    }

    private static Duration clamp(Duration value, Duration least, Duration most) {
        Duration raised = value.compareTo(least) < 0 ? least : value;
        return raised.compareTo(most) > 0 ? most : raised;
    }
}
