package dev.culvert.dht.opendht;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Lets so many requests run at the same time and lets so many more wait, in their order. Safe for any thread; a request
 * that waited begins on the thread on which an earlier one ended.
 */
final class RequestGate {
    private final int most;
    private final int mostWaiting;
    private final Queue<Runnable> waiting = new ArrayDeque<>(); // guarded by this
    private int running; // guarded by this
    private boolean closed; // guarded by this

    RequestGate(int most, int mostWaiting) {
        this.most = most;
        this.mostWaiting = mostWaiting;
    }

    /**
     * Runs a request, now or later.
     *
     * @param request begins it; its future completes when it is over
     * @param result gets its outcome
     * @return false when too many wait already, or the gate was closed
     */
    <T> boolean run(Supplier<CompletableFuture<T>> request, CompletableFuture<T> result) {
        synchronized (this) {
            if (closed || waiting.size() >= mostWaiting) {
                return false;
            }
            if (running == most) {
                waiting.add(() -> begin(request, result));
                return true;
            }
            running++;
        }
        begin(request, result);
        return true;
    }

    private <T> void begin(Supplier<CompletableFuture<T>> request, CompletableFuture<T> result) {
        CompletableFuture<T> running;
        try {
            running = request.get();
        } catch (RuntimeException e) {
            running = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<?> unused = running.whenComplete((value, failure) -> {
            next();
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(failure);
            }
        });
    }

    private void next() {
        Runnable next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                running--;
            }
        }
        if (next != null) {
            next.run();
        }
    }

    /** What waits never begins. */
    synchronized void close() {
        closed = true;
        waiting.clear();
    }
}
