package dev.culvert.peer.internal.session;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits, for a bounded time, for what has no event to wait on: counters, memory, threads. */
final class Eventually {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private Eventually() {}

    static void holds(String what, BooleanSupplier condition) {
        holds(() -> what, condition);
    }

    static void holds(Supplier<String> what, BooleanSupplier condition) {
        if (!within(BOUND, condition)) {
            throw new AssertionError("Not within " + BOUND + ": " + what.get());
        }
    }

    /** Whether it held at some moment of this time. */
    static boolean within(Duration bound, BooleanSupplier condition) {
        long end = System.nanoTime() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            LockSupport.parkNanos(500_000);
        }
        return true;
    }
}
