package dev.culvert.ice;

import dev.culvert.transport.TransportException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives work to the STUN thread: what it throws is logged and ends nothing; after the endpoint's end it is not taken. Waits
 * for what comes of it.
 */
final class Tasks {
    private static final Logger LOG = LoggerFactory.getLogger(Tasks.class);

    private Tasks() {}

    /** Whether the task was taken. */
    static boolean tryExecute(Executor executor, Runnable task) {
        try {
            executor.execute(guarded(task));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** The running timer, or null if the executor has ended. A delay too long for nanoseconds, 292 years, is that long. */
    static @Nullable ScheduledFuture<?> trySchedule(ScheduledExecutorService executor, Runnable task, Duration delay) {
        try {
            return executor.schedule(guarded(task), TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            return null;
        }
    }

    /** Waits for a result; what it failed with is thrown as it is, if it is one of Culvert's errors. */
    static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof TransportException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (Throwable e) { // errors too: the executor would swallow them
                LOG.error("A task on the STUN thread failed", e);
            }
        };
    }
}
