package dev.culvert.dht;

import dev.culvert.transport.TransportClosedException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The futures that an engine or queue gave out and has not completed, so that none is left hanging when it closes.
 * Safe for any thread; lives as long as its owner.
 */
public final class PendingFutures implements AutoCloseable {
    private final String owner;
    private final Map<Long, CompletableFuture<?>> pending = new ConcurrentHashMap<>();
    private final AtomicLong number = new AtomicLong();
    private volatile boolean closed;

    /**
     * None so far.
     *
     * @param owner who is closed, for the error text, such as "The message queue"
     */
    public PendingFutures(String owner) {
        this.owner = owner;
    }

    /** A new future; failed already when the owner is closed. */
    public <T> CompletableFuture<T> create() {
        long key = number.getAndIncrement();
        CompletableFuture<T> future = new CompletableFuture<>();
        pending.put(key, future);
        Object unused = future.whenComplete((value, failure) -> pending.remove(key));
        // Looked at after putting: a close that missed this future is seen here.
        if (closed) {
            future.completeExceptionally(new TransportClosedException(owner));
        }
        return future;
    }

    /** How many are not completed. */
    public int size() {
        return pending.size();
    }

    /** Fails what is pending, and all that is created from now on. Idempotent. */
    @Override
    public void close() {
        closed = true;
        pending.values().forEach(future -> future.completeExceptionally(new TransportClosedException(owner)));
    }
}
