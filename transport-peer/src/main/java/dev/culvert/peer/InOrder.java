package dev.culvert.peer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.transport.PeerId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the tasks of each peer one at a time and in their order, whatever the executor; those of different peers in turn,
 * or side by side where the executor has the threads. Thread-safe; nothing to end.
 */
final class InOrder {
    private static final Logger LOG = LoggerFactory.getLogger(InOrder.class);

    /** Is told that the executor takes no more, now or when it is the task's turn, or that the task could not be done. */
    @FunctionalInterface
    interface Refused {
        /** Whether the task keeps its place, with those behind it, until {@link #again}; else it is over. */
        boolean keepsPlace(Exception cause);
    }

    /** Thrown by a task that has found out that it can not be done now, and has done nothing. */
    static final class NotNowException extends Exception {
        private static final long serialVersionUID = 1L;

        NotNowException(Throwable cause) {
            super(cause);
        }
    }

    /** What is to be done. */
    @FunctionalInterface
    interface Work {
        void run() throws NotNowException;
    }

    private record Task(Work work, Refused refused) {}

    private final Executor executor;

    /** A peer is here while a task of its is with the executor; with those that wait behind it. */
    @GuardedBy("this")
    private final Map<PeerId, Deque<Task>> waiting = new HashMap<>();

    InOrder(Executor executor) {
        this.executor = executor;
    }

    /**
     * Gives a task its place, and returns what gets it run: to be called soon, without locks, as an executor may block. For
     * callers that find out under a lock of their own whose turn it is.
     */
    Runnable add(PeerId peer, Work work, Refused refused) {
        Task task = new Task(work, refused);
        synchronized (this) {
            Deque<Task> before = waiting.get(peer);
            if (before != null) {
                before.add(task);
                return () -> {};
            }
            waiting.put(peer, new ArrayDeque<>());
        }
        return () -> give(peer, task);
    }

    /** Tries a task that was refused and kept its place; to be called once for each time it was. */
    void again(PeerId peer) {
        Task next = next(peer);
        if (next != null) {
            give(peer, next);
        }
    }

    private synchronized void putBack(PeerId peer, Task task) {
        waiting.computeIfAbsent(peer, key -> new ArrayDeque<>()).addFirst(task);
    }

    /** In a loop: an executor that runs tasks at once would else dig into the stack with each. */
    private void give(PeerId peer, Task first) {
        Task task = first;
        while (task != null) {
            Turn turn = new Turn(peer, task);
            try {
                executor.execute(turn);
            } catch (RuntimeException | Error e) {
                turn.refuse(e);
            }
            task = turn.isOverHere() ? next(peer) : null;
        }
    }

    private synchronized @Nullable Task next(PeerId peer) {
        Deque<Task> left = waiting.get(peer);
        Task next = left == null ? null : left.poll();
        if (next == null) {
            waiting.remove(peer);
        }
        return next;
    }

    /** One task with the executor. */
    private final class Turn implements Runnable {
        private final PeerId peer;
        private final Task task;
        private final AtomicBoolean begun = new AtomicBoolean();
        private final Thread giver = Thread.currentThread();
        private boolean giving = true; // the giver's thread only
        private boolean overHere; // the giver's thread only

        Turn(PeerId peer, Task task) {
            this.peer = peer;
            this.task = task;
        }

        @Override
        public void run() {
            if (!begun.compareAndSet(false, true)) {
                return; // refused, or run before
            }
            boolean over = true;
            try {
                task.work().run();
            } catch (NotNowException e) {
                over = !keepsPlace(e);
            } finally {
                if (over) {
                    goOn();
                }
            }
        }

        private void goOn() {
            if (Thread.currentThread() == giver && giving) {
                overHere = true;
            } else {
                again(peer);
            }
        }

        private boolean keepsPlace(Exception cause) {
            putBack(peer, task); // first: it may be tried again before we are back here
            boolean keeps = task.refused().keepsPlace(cause);
            if (!keeps) {
                var unused = next(peer); // the same: nobody else takes from a peer whose turn we have
            }
            return keeps;
        }

        /** The executor threw; if the task was run all the same, that came out of the task. */
        void refuse(Throwable cause) {
            if (begun.compareAndSet(false, true)) {
                RejectedExecutionException refusal = cause instanceof RejectedExecutionException rejected
                        ? rejected
                        : new RejectedExecutionException("The executor failed", cause);
                overHere = !keepsPlace(refusal);
            } else {
                LOG.error("A task failed", cause);
            }
        }

        /** Whether the giver is to go on with the next task: the executor does not. */
        boolean isOverHere() {
            giving = false;
            return overHere;
        }
    }
}
