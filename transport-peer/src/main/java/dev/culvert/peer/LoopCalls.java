package dev.culvert.peer;

import dev.culvert.dht.PendingFutures;
import dev.culvert.transport.TransportClosedException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What callers ask of a transport's event loop, as futures; none stays open when the transport is closed. Any thread. */
final class LoopCalls {
    private final EventLoop loop;
    private final PendingFutures pending = new PendingFutures("The transport");

    LoopCalls(EventLoop loop) {
        this.loop = loop;
    }

    /** Runs on the loop; what it throws fails the future. */
    CompletableFuture<Void> run(Runnable task) {
        return ask(() -> {
            task.run();
            return null;
        });
    }

    /** The answer, found on the loop. */
    <T> CompletableFuture<T> ask(Supplier<T> question) {
        return begin(result -> result.complete(question.get()));
    }

    /** Begun on the loop, which then has the future to complete when it is done. */
    <T> CompletableFuture<T> begin(Consumer<CompletableFuture<T>> work) {
        CompletableFuture<T> result = pending.create();
        boolean taken = loop.tryExecute(() -> {
            try {
                work.accept(result);
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        if (!taken) {
            result.completeExceptionally(new TransportClosedException("The transport"));
        }
        return result;
    }

    /** What is open fails. Idempotent. */
    void close() {
        pending.close();
    }
}
