package dev.culvert.dht;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The next few messages of one sender: says which to fetch, takes what was found, and decides what comes next. No
 * clock and no I/O; for one thread. A later numbering of the sender's is followed to its start; what belongs to an
 * earlier one is passed over.
 */
final class InboxWindow {
    /** What is to be done now. */
    sealed interface Step {
        /** The sender numbered its messages anew: keep the new state. */
        record Move(InboxState state) implements Step {}

        /** The next message is here. */
        record Deliver(QueueEnvelope envelope, Instant expiry) implements Step {}

        /** The next message is not here. */
        record Wait() implements Step {}
    }

    private record Found(QueueEnvelope envelope, Instant expiry) {}

    private final int size;
    private final TreeMap<Long, Found> found = new TreeMap<>();
    private InboxState state;

    /**
     * A window that begins at {@code state.next()}.
     *
     * @param size messages fetched at a time
     */
    InboxWindow(InboxState state, int size) {
        this.state = state;
        this.size = size;
    }

    InboxState state() {
        return state;
    }

    /** Sets a state that was written to disk. */
    void state(InboxState saved) {
        state = saved;
        found.headMap(saved.next()).clear();
        found.values().removeIf(message -> message.envelope().generation() < saved.generation());
    }

    /**
     * The indexes to look up.
     *
     * @param all whether the whole window is wanted, or only what comes next
     */
    List<Long> wanted(boolean all) {
        List<Long> indexes = new ArrayList<>();
        for (long index = state.next(); index < state.next() + (all ? size : 1); index++) {
            if (!found.containsKey(index)) {
                indexes.add(index);
            }
        }
        return indexes;
    }

    /** Bytes of the messages that are here already. */
    long bytes() {
        return found.values().stream()
                .mapToLong(message -> message.envelope().payload().length)
                .sum();
    }

    /** Whether this index comes next: nothing else can be delivered before it. */
    boolean isNext(long index) {
        return index == state.next();
    }

    /**
     * Takes what was found under an index.
     *
     * @return false if it was not taken because it belongs to an earlier numbering
     */
    boolean offer(long index, QueueEnvelope envelope, Instant expiry) {
        if (envelope.generation() < state.generation()) {
            return false;
        }
        // The window may have moved on while the slot was read.
        boolean inWindow = index >= state.next() && index < state.next() + size;
        if (inWindow || envelope.generation() > state.generation()) {
            found.put(index, new Found(envelope, expiry));
        }
        return true;
    }

    Step step() {
        QueueEnvelope latest = null;
        for (Found message : found.values()) {
            long known = latest == null ? state.generation() : latest.generation();
            latest = message.envelope().generation() > known ? message.envelope() : latest;
        }
        if (latest != null) {
            return new Step.Move(state.movedTo(latest.generation(), latest.start()));
        }
        Found next = found.get(state.next());
        return next == null ? new Step.Wait() : new Step.Deliver(next.envelope(), next.expiry());
    }
}
