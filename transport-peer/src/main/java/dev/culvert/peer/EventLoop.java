package dev.culvert.peer;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which a transport decides: links, sessions and timers need no locks. Work given after the end is
 * not taken; what a task throws is logged and ends nothing. Open to be extended, so that tests can drive it in virtual
 * time.
 */
class EventLoop implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static final long JOIN_MILLIS = 1_000;

    private final ScheduledThreadPoolExecutor executor;
    private volatile @Nullable Thread thread;

    EventLoop(String name) {
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, name);
            made.setDaemon(true);
            thread = made;
            return made;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(Runnable task) {
        tryExecute(task);
    }

    /** Whether the task was taken. */
    boolean tryExecute(Runnable task) {
        try {
            executor.execute(guarded(task));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** A timer; it never fires once the loop has ended. */
    Timer schedule(Runnable task, Duration delay) {
        try {
            ScheduledFuture<?> future = executor.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException e) {
            return () -> {};
        }
    }

    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                LOG.error("A task of the transport failed", e);
            }
        };
    }

    boolean inLoop() {
        return Thread.currentThread() == thread;
    }

    /** Ends the thread after the tasks it has; waits at most a second, never for itself. Idempotent. */
    void close() {
        executor.shutdown();
        if (inLoop()) {
            return;
        }
        try {
            if (!executor.awaitTermination(JOIN_MILLIS, TimeUnit.MILLISECONDS)) {
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** A pending timer. */
    @FunctionalInterface
    interface Timer {
        void cancel();
    }
}
