package dev.culvert.dht;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that a test moves. Safe for any thread. */
final class TestClock extends Clock {
    private final boolean ticking;
    private volatile Instant now;
    private final long startedNanos = System.nanoTime();

    private TestClock(Instant now, boolean ticking) {
        this.now = now;
        this.ticking = ticking;
    }

    /** Stands still between moves. */
    static TestClock standingAt(Instant start) {
        return new TestClock(start, false);
    }

    /** Runs as fast as real time, and jumps when moved. */
    static TestClock runningFrom(Instant start) {
        return new TestClock(start, true);
    }

    synchronized void move(Duration by) {
        now = now.plus(by);
    }

    @Override
    public Instant instant() {
        return ticking ? now.plusNanos(System.nanoTime() - startedNanos) : now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
