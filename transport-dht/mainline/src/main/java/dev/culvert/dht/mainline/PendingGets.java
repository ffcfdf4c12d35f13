package dev.culvert.dht.mainline;

import dev.culvert.dht.Slot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The gets that wait for alerts, by slot. Alerts name only the slot, so concurrent gets of one slot share what is heard;
 * each ends when as many native gets ended as were running at its start, its own included, which means that one whole
 * search happened since. Not thread-safe, reads no clock; returned actions complete futures and are run by the caller
 * outside its lock. Times are nanoseconds of any clock that only goes forward.
 */
final class PendingGets {
    private final int limit;
    private final long timeoutNanos;
    private final long settleNanos;
    private final Map<Slot, SlotGets> bySlot = new HashMap<>();
    private int waiting;

    /**
     * @param limit most gets that may wait at once
     * @param timeoutNanos after it a get ends with what was heard
     * @param settleNanos after the first value a get ends at the latest
     */
    PendingGets(int limit, long timeoutNanos, long settleNanos) {
        this.limit = limit;
        this.timeoutNanos = timeoutNanos;
        this.settleNanos = settleNanos;
    }

    /** Takes a get in, whose native get the caller starts next; false when too many wait. */
    boolean begin(Slot slot, CompletableFuture<List<byte[]>> result, long now) {
        // Slots whose native get is still running although nobody waits any more are counted as well.
        if (waiting >= limit || bySlot.size() >= 2 * limit) {
            return false;
        }
        SlotGets gets = bySlot.computeIfAbsent(slot, s -> new SlotGets());
        gets.running++;
        gets.forgetAt = now + 2 * timeoutNanos;
        gets.waiters.add(new Waiter(result, gets.running, now + timeoutNanos));
        waiting++;
        return true;
    }

    /**
     * Something was heard.
     *
     * @param value null when nothing was found
     * @param last whether one native get ended with it
     * @return whether anybody waited for it
     */
    boolean heard(Slot slot, long sequence, byte @Nullable [] value, boolean last, long now, List<Runnable> actions) {
        SlotGets gets = bySlot.get(slot);
        if (gets == null) {
            return false;
        }
        if (last) {
            gets.running--;
        }
        for (Iterator<Waiter> it = gets.waiters.iterator(); it.hasNext(); ) {
            Waiter waiter = it.next();
            if (value != null) {
                waiter.offer(sequence, value, now + settleNanos);
            }
            if (last && --waiter.remaining == 0) {
                it.remove();
                end(waiter, actions);
            }
        }
        if (gets.running <= 0) {
            // Every native get has answered; whoever still waits was counted wrong by an answer after its time-out.
            gets.waiters.forEach(waiter -> end(waiter, actions));
            bySlot.remove(slot);
        }
        return true;
    }

    /** Ends what has waited long enough. */
    void expire(long now, List<Runnable> actions) {
        for (Iterator<SlotGets> slots = bySlot.values().iterator(); slots.hasNext(); ) {
            SlotGets gets = slots.next();
            for (Iterator<Waiter> it = gets.waiters.iterator(); it.hasNext(); ) {
                Waiter waiter = it.next();
                if (waiter.deadline - now <= 0) {
                    it.remove();
                    // Nothing at all in all that time: its native get is not expected to answer any more, and later
                    // gets must not wait for it.
                    gets.running -= waiter.newest == null ? 1 : 0;
                    end(waiter, actions);
                }
            }
            if (gets.waiters.isEmpty() && (gets.running <= 0 || gets.forgetAt - now <= 0)) {
                slots.remove();
            }
        }
    }

    /** Fails all. */
    void failAll(RuntimeException reason, List<Runnable> actions) {
        for (SlotGets gets : bySlot.values()) {
            gets.waiters.forEach(waiter -> actions.add(() -> waiter.result.completeExceptionally(reason)));
        }
        bySlot.clear();
        waiting = 0;
    }

    /** How many wait. */
    int size() {
        return waiting;
    }

    private void end(Waiter waiter, List<Runnable> actions) {
        waiting--;
        byte[] newest = waiter.newest;
        // An empty value is what remove() leaves.
        List<byte[]> values = newest == null || newest.length == 0 ? List.of() : List.of(newest.clone());
        actions.add(() -> waiter.result.complete(values));
    }

    private static final class SlotGets {
        final List<Waiter> waiters = new ArrayList<>();
        int running;
        long forgetAt;
    }

    private static final class Waiter {
        final CompletableFuture<List<byte[]>> result;
        int remaining;
        long deadline;
        byte @Nullable [] newest;
        long newestSequence;

        Waiter(CompletableFuture<List<byte[]>> result, int remaining, long deadline) {
            this.result = result;
            this.remaining = remaining;
            this.deadline = deadline;
        }

        void offer(long sequence, byte[] value, long settled) {
            if (newest == null) {
                deadline = deadline - settled > 0 ? settled : deadline;
            }
            if (newest == null || sequence > newestSequence) {
                newest = value;
                newestSequence = sequence;
            }
        }
    }
}
