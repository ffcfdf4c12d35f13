package dev.culvert.dht;

import dev.culvert.transport.MessageTooLargeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A distributed hash table, as Culvert needs one. An engine moves opaque values and promises nothing about them: it may
 * return stale, foreign or forged ones, and the callers verify all. Every method may be called from any thread and none
 * blocks; futures complete on an engine thread, so what is chained to them must be short.
 */
public interface Dht extends AutoCloseable {
    /** What this engine can do; constant for its life. */
    DhtCapabilities capabilities();

    /**
     * Joins the network.
     *
     * @return completes once at least one other node answered; fails with
     *     {@link dev.culvert.transport.TransportException} when none did within the engine's time-out
     */
    CompletableFuture<Void> bootstrap();

    /**
     * Stores a value, in place of an older one of the same slot. A value whose sequence number is not above the stored
     * one's does not replace it.
     *
     * @param slot where, and the key that may write there
     * @param sequence larger for newer values; engines that number values themselves may ignore it
     * @param value at most {@code capabilities().maxValueBytes()} bytes
     * @param ttl how long it should live; shortened to what the engine can do
     * @return the number of nodes that stored it, at least 1; fails when no node did, and with
     *     {@link MessageTooLargeException} for a value over the limit. Ends in any case after a time: callers bound how
     *     many puts they have under way
     */
    CompletableFuture<Integer> put(WritableSlot slot, long sequence, byte[] value, Duration ttl);

    /**
     * Looks values up.
     *
     * @return what was found, newest first as far as the engine knows; empty when nothing was
     */
    CompletableFuture<List<byte[]>> get(Slot slot);

    /**
     * Best effort: asks the network to forget a slot's value.
     *
     * @return whether the engine believes it was done
     */
    CompletableFuture<Boolean> remove(WritableSlot slot);

    /**
     * Watches a slot: each value not seen before in this subscription is passed on. Push where the engine has push,
     * else polling at about {@code interval}, jittered.
     *
     * @param listener called on an engine thread; what it throws is logged
     */
    Subscription listen(Slot slot, Duration interval, Consumer<byte[]> listener);

    /** Leaves the network and ends the engine's threads. Pending futures fail. Idempotent. */
    @Override
    void close();

    /** A running {@link #listen}. */
    @FunctionalInterface
    interface Subscription extends AutoCloseable {
        /** Ends it; afterwards no call of the listener begins. Idempotent. */
        @Override
        void close();
    }
}
