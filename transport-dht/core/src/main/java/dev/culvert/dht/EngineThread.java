package dev.culvert.dht;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one daemon thread of an engine, queue or directory: what runs on it needs no lock. Work that throws is logged
 * and ends nothing. Closing drops what has not begun, never interrupts (an interrupt would close the file channels
 * under a store) and waits at most one second.
 */
public final class EngineThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineThread.class);
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(1);

    private final ScheduledExecutorService executor;
    private volatile @Nullable Thread thread;

    /**
     * Starts with the first task.
     *
     * @param name the thread's name; by rule it begins with {@code culvert-}
     */
    public EngineThread(String name) {
        ScheduledThreadPoolExecutor one = new ScheduledThreadPoolExecutor(1, task -> {
            Thread created = new Thread(task, name);
            created.setDaemon(true);
            thread = created;
            return created;
        });
        one.setRemoveOnCancelPolicy(true);
        one.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor = one;
    }

    /** Runs on what tests move through a time of their own. */
    EngineThread(ScheduledExecutorService executor) {
        this.executor = executor;
    }

    /**
     * Runs a task on the thread.
     *
     * @return false when the thread was closed; the task will not run
     */
    public boolean execute(Runnable task) {
        return schedule(task, Duration.ZERO) != null;
    }

    /**
     * Runs a task on the thread, later.
     *
     * @return cancels the task; null when the thread was closed
     */
    public @Nullable ScheduledFuture<?> schedule(Runnable task, Duration delay) {
        try {
            return executor.schedule(() -> guarded(task), Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            return null;
        }
    }

    /** Whether the caller runs on this thread. */
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("A task failed on {}", Thread.currentThread().getName(), e);
        }
    }

    /** Ends the thread; from the thread itself it ends after the running task. Idempotent. */
    @Override
    public void close() {
        executor.shutdown();
        if (isCurrent()) {
            return;
        }
        try {
            if (!executor.awaitTermination(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("A task still runs on {} after {}; the thread ends when it returns", thread, CLOSE_WAIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
