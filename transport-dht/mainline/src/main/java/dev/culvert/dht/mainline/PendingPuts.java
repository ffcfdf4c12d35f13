package dev.culvert.dht.mainline;

import dev.culvert.dht.Slot;
import dev.culvert.identity.Signatures;
import dev.culvert.transport.TransportException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The puts that wait for alerts, by slot and in order: the engine numbers a value one above the newest it finds, so of
 * two puts of one slot at once both would get the same number and one would be lost. Only the first of a slot is under
 * way; its end starts the next. Not thread-safe, reads no clock; returned actions complete futures and are run by the
 * caller outside its lock.
 */
final class PendingPuts {
    /** Most puts that may wait for one slot; more than a few means that the caller does not wait for results. */
    static final int PER_SLOT = 16;

    private final int limit;
    private final long timeoutNanos;
    private final Map<Slot, Deque<Put>> bySlot = new HashMap<>();
    private int waiting;

    PendingPuts(int limit, long timeoutNanos) {
        this.limit = limit;
        this.timeoutNanos = timeoutNanos;
    }

    /** One put. Holds the writer's secret until it is over. */
    static final class Put extends Pace.Request {
        final Slot slot;
        final byte[] secret;
        final byte[] value;
        final CompletableFuture<Integer> result;
        private boolean started;
        private long deadline;

        Put(Slot slot, byte[] secret, byte[] value, CompletableFuture<Integer> result) {
            super(Pace.Kind.PUT);
            this.slot = slot;
            this.secret = secret;
            this.value = value;
            this.result = result;
        }
    }

    /** What became of a put that was offered. */
    enum Offer {
        /** It may start. */
        READY,
        /** It follows later. */
        QUEUED,
        /** Too many wait. */
        REFUSED
    }

    Offer offer(Put put) {
        Deque<Put> queue = bySlot.get(put.slot);
        if (waiting >= limit || (queue != null && queue.size() >= PER_SLOT)) {
            return Offer.REFUSED;
        }
        waiting++;
        if (queue != null) {
            queue.add(put);
            return Offer.QUEUED;
        }
        bySlot.put(put.slot, new ArrayDeque<>(List.of(put)));
        return Offer.READY;
    }

    /** The caller starts the native put now; its time begins. */
    void started(Put put, long now) {
        put.started = true;
        put.deadline = now + timeoutNanos;
    }

    /**
     * A put of this slot ended. It is matched by the signature, so that the late end of a put that was given up does not
     * pass for the end of the one after it.
     *
     * @param ready takes the put that may start next, if there is one
     * @return whether it was one that is waited for
     */
    boolean stored(DhtAlert.Stored alert, List<Runnable> actions, List<Put> ready) {
        Put put = head(alert.slot());
        if (put == null
                || !Signatures.verify(
                        put.slot.writer(),
                        Bep44.signedBytes(put.slot.key(), alert.sequence(), put.value),
                        alert.signature())) {
            return false;
        }
        int nodes = alert.nodes();
        actions.add(
                nodes > 0
                        ? () -> put.result.complete(nodes)
                        : () -> put.result.completeExceptionally(
                                new TransportException("No node of the Mainline DHT stored the value: none answered."
                                        + " Check that bootstrap() succeeded and that UDP is let through.")));
        next(put, ready);
        return true;
    }

    /** The put could not be started: fails it and names the next. */
    void failed(Put put, RuntimeException reason, List<Runnable> actions, List<Put> ready) {
        if (head(put.slot) == put) {
            actions.add(() -> put.result.completeExceptionally(reason));
            next(put, ready);
        }
    }

    /** Fails what has waited long enough. */
    void expire(long now, List<Runnable> actions, List<Put> ready) {
        for (Deque<Put> queue : new ArrayList<>(bySlot.values())) {
            Put put = queue.getFirst();
            if (put.started && put.deadline - now <= 0) {
                actions.add(() -> put.result.completeExceptionally(new TransportException(
                        "The Mainline DHT did not finish a put within " + timeoutNanos / 1_000_000_000.0
                                + " s; it may have been stored on some nodes. Try again, or raise putTimeout.")));
                next(put, ready);
            }
        }
    }

    /** Fails all. */
    void failAll(RuntimeException reason, List<Runnable> actions) {
        for (Deque<Put> queue : bySlot.values()) {
            for (Put put : queue) {
                Arrays.fill(put.secret, (byte) 0);
                actions.add(() -> put.result.completeExceptionally(reason));
            }
        }
        bySlot.clear();
        waiting = 0;
    }

    /** How many wait, those under way included. */
    int size() {
        return waiting;
    }

    private @Nullable Put head(Slot slot) {
        Deque<Put> queue = bySlot.get(slot);
        return queue == null ? null : queue.getFirst();
    }

    private void next(Put over, List<Put> ready) {
        over.end();
        Arrays.fill(over.secret, (byte) 0);
        waiting--;
        Deque<Put> queue = bySlot.get(over.slot);
        if (queue == null) {
            return;
        }
        queue.removeFirst();
        Put next = queue.peekFirst();
        if (next == null) {
            bySlot.remove(over.slot);
        } else {
            ready.add(next);
        }
    }
}
