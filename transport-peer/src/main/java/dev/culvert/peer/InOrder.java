package dev.culvert.peer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.transport.PeerId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of each peer one at a time and in their order, whatever the executor; those of different peers in turn,
 * or side by side where the executor has the threads. Thread-safe; nothing to end.
 */
final class InOrder {
    private record Task(Runnable work, Consumer<RejectedExecutionException> refused) {}

    private final Executor executor;

    /** A peer is here while a task of its is with the executor; with those that wait behind it. */
    @GuardedBy("this")
    private final Map<PeerId, Deque<Task>> waiting = new HashMap<>();

    InOrder(Executor executor) {
        this.executor = executor;
    }

    /**
     * Runs a task after those given for the same peer before.
     *
     * @param refused told instead if the executor takes no more, now or when it is the task's turn
     */
    void execute(PeerId peer, Runnable work, Consumer<RejectedExecutionException> refused) {
        Task task = new Task(work, refused);
        synchronized (this) {
            Deque<Task> before = waiting.get(peer);
            if (before != null) {
                before.add(task);
                return;
            }
            waiting.put(peer, new ArrayDeque<>());
        }
        give(peer, task);
    }

    private void give(PeerId peer, Task first) {
        Task task = first;
        while (task != null) {
            Task given = task;
            try {
                executor.execute(() -> {
                    try {
                        given.work().run();
                    } finally {
                        giveNext(peer);
                    }
                });
                return;
            } catch (RejectedExecutionException e) {
                given.refused().accept(e);
                task = next(peer);
            }
        }
    }

    private void giveNext(PeerId peer) {
        Task next = next(peer);
        if (next != null) {
            give(peer, next);
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
}
