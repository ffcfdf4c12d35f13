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
     * @param timeoutNanos after it a get ends with what was heard, counted from its start
     * @param settleNanos after the first value a get ends at the latest
     */
    PendingGets(int limit, long timeoutNanos, long settleNanos) {
        this.limit = limit;
        this.timeoutNanos = timeoutNanos;
        this.settleNanos = settleNanos;
    }

    /** One get. */
    static final class Get extends Pace.Request {
        final Slot slot;
        final CompletableFuture<List<byte[]>> result;
        private boolean timed; // whether there is a deadline yet
        private long deadline;
        private boolean started;
        private int remaining;
        private byte @Nullable [] newest;
        private long newestSequence;

        Get(Slot slot, CompletableFuture<List<byte[]>> result) {
            super(Pace.Kind.GET);
            this.slot = slot;
            this.result = result;
        }

        private void offer(long sequence, byte[] value, long settled) {
            if (newest == null) {
                endAt(settled);
            }
            if (newest == null || sequence > newestSequence) {
                newest = value;
                newestSequence = sequence;
            }
        }

        /** Then, unless it ends earlier anyway. */
        private void endAt(long time) {
            deadline = !timed || deadline - time > 0 ? time : deadline;
            timed = true;
        }
    }

    private static final class SlotGets {
        final List<Get> gets = new ArrayList<>();
        int running;
        long forgetAt;
    }

    /** Takes a get in; false when too many wait. */
    boolean begin(Get get) {
        // Slots whose native get is still running although nobody waits any more are counted as well.
        if (waiting >= limit || bySlot.size() >= 2 * limit) {
            return false;
        }
        SlotGets slot = bySlot.computeIfAbsent(get.slot, s -> new SlotGets());
        slot.gets.add(get);
        waiting++;
        return true;
    }

    /** The caller starts its native get now. */
    void started(Get get, long now) {
        SlotGets slot = bySlot.get(get.slot);
        if (slot != null) {
            slot.running++;
            slot.forgetAt = now + 2 * timeoutNanos;
            get.started = true;
            get.endAt(now + timeoutNanos);
            get.remaining = slot.running;
        }
    }

    /**
     * Something was heard.
     *
     * @param value null when nothing was found
     * @param last whether one native get ended with it
     * @return whether anybody waited for it
     */
    boolean heard(Slot name, long sequence, byte @Nullable [] value, boolean last, long now, List<Runnable> actions) {
        SlotGets slot = bySlot.get(name);
        if (slot == null) {
            return false;
        }
        slot.running -= last ? 1 : 0;
        for (Iterator<Get> it = slot.gets.iterator(); it.hasNext(); ) {
            Get get = it.next();
            if (value != null) {
                get.offer(sequence, value, now + settleNanos);
            }
            // With nothing running any more, whoever was started has heard all, however it was counted.
            if (last && get.started && (--get.remaining == 0 || slot.running <= 0)) {
                it.remove();
                end(get, actions);
            }
        }
        if (slot.running <= 0 && slot.gets.isEmpty()) {
            bySlot.remove(name);
        }
        return true;
    }

    /** Ends what has waited long enough. */
    void expire(long now, List<Runnable> actions) {
        for (Iterator<SlotGets> slots = bySlot.values().iterator(); slots.hasNext(); ) {
            SlotGets slot = slots.next();
            for (Iterator<Get> it = slot.gets.iterator(); it.hasNext(); ) {
                Get get = it.next();
                if (get.timed && get.deadline - now <= 0) {
                    it.remove();
                    // Nothing at all in all that time: its native get is not expected to answer any more, and later
                    // gets must not wait for it.
                    slot.running -= get.started && get.newest == null ? 1 : 0;
                    end(get, actions);
                }
            }
            if (slot.gets.isEmpty() && (slot.running <= 0 || slot.forgetAt - now <= 0)) {
                slots.remove();
            }
        }
    }

    /** Fails all. */
    void failAll(RuntimeException reason, List<Runnable> actions) {
        for (SlotGets slot : bySlot.values()) {
            slot.gets.forEach(get -> actions.add(() -> get.result.completeExceptionally(reason)));
        }
        bySlot.clear();
        waiting = 0;
    }

    /** How many wait. */
    int size() {
        return waiting;
    }

    private void end(Get get, List<Runnable> actions) {
        waiting--;
        get.end();
        byte[] newest = get.newest;
        // An empty value is what remove() leaves.
        List<byte[]> values = newest == null || newest.length == 0 ? List.of() : List.of(newest.clone());
        actions.add(() -> get.result.complete(values));
    }
}
