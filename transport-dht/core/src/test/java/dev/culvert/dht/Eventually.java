package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Waits for what must happen soon, and fails the test when it does not: 20 s, or as long as the test says. */
public final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private Eventually() {}

    /** Until the condition holds. */
    public static void isTrue(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                fail("Not within " + LIMIT + ": " + what);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    /** The result of a future. */
    public static <T> T get(CompletableFuture<T> future) {
        return get(LIMIT, future);
    }

    /** The result of a future that may take so long. */
    public static <T> T get(Duration limit, CompletableFuture<T> future) {
        try {
            return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            return fail(e);
        }
    }

    /** What a future failed with, as it must. */
    public static Throwable failureOf(CompletableFuture<?> future) {
        Throwable failure = settled(LIMIT, future);
        return failure == null ? fail("should have failed, gave " + future.join()) : failure;
    }

    /** Waits for the end of a future, of whatever kind; the failure, or null if there was none. */
    public static @Nullable Throwable settled(Duration limit, CompletableFuture<?> future) {
        try {
            future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (TimeoutException | InterruptedException e) {
            return fail("A future was left hanging", e);
        }
    }

    /** The next one that comes. */
    public static <T> T take(BlockingQueue<T> queue) {
        try {
            T taken = queue.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            return taken == null ? fail("Nothing came within " + LIMIT) : taken;
        } catch (InterruptedException e) {
            return fail(e);
        }
    }
}
