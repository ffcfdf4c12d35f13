package dev.culvert.peer;

import io.netty.channel.DefaultEventLoop;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which a transport decides: links, sessions, QUIC and timers need no locks. Work given after the end is
 * not taken; what a task throws is logged and ends nothing. Open to be extended, so that tests can drive it in virtual
 * time.
 */
class EventLoop implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static final long JOIN_MILLIS = 1_000;

    private final io.netty.channel.EventLoop netty;
    private volatile @Nullable Thread thread;
    private volatile boolean closed;

    EventLoop(String name) {
        netty = new DefaultEventLoop(null, task -> {
            Thread made = new FastThreadLocalThread(task, name); // Netty keeps its buffers by thread on these
            made.setDaemon(true);
            thread = made;
            return made;
        });
    }

    /** The loop as QUIC wants it. */
    io.netty.channel.EventLoop netty() {
        return netty;
    }

    @Override
    public void execute(Runnable task) {
        tryExecute(task);
    }

    /** Whether the task was taken. */
    boolean tryExecute(Runnable task) {
        if (closed) {
            return false;
        }
        try {
            netty.execute(guarded(task));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** A timer; it never fires once the loop has ended. */
    Timer schedule(Runnable task, Duration delay) {
        try {
            ScheduledFuture<?> future = netty.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
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
        return netty.inEventLoop();
    }

    /** Ends the thread after the tasks it has; waits at most a second, never for itself. Idempotent. */
    void close() {
        closed = true;
        Future<?> ended = netty.shutdownGracefully(0, JOIN_MILLIS, TimeUnit.MILLISECONDS);
        if (inLoop()) {
            return;
        }
        try {
            if (!ended.await(JOIN_MILLIS)) {
                interruptTask();
            }
        } catch (InterruptedException e) {
            interruptTask();
            Thread.currentThread().interrupt();
        }
    }

    /** A task that hangs would keep the thread. */
    private void interruptTask() {
        Thread hanging = thread;
        if (hanging != null) {
            hanging.interrupt();
        }
    }

    /** A pending timer. */
    @FunctionalInterface
    interface Timer {
        void cancel();
    }
}
