package dev.culvert.dht;

import dev.culvert.transport.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one keeper is still to be asked, in which order, and when: after a failure by one request at a time, and after a refusal not
 * before a pause is over. No clock and no I/O; for the queue's thread.
 *
 * @param <P> names a message
 */
final class KeeperSide<P> {
    /** Requests that are on their way at a time. */
    private static final int AT_ONCE = 8;

    /** What is over ends by itself with its record's life. */
    private static final int MAX_DROPS = 10_000;

    private final PeerId keeper;
    private final Set<P> waiting = new LinkedHashSet<>();
    private final Deque<KeeperMessage.Dropped> drops = new ArrayDeque<>();

    /** Refused for now; offered again when the pause is over, however soon something else is taken. */
    private final Set<P> refused = new LinkedHashSet<>();

    /** Nothing is offered before, but one message when it comes; null when the keeper takes what it is offered. */
    private @Nullable Instant pausedUntil;

    private int onTheWay;
    private int failures;

    KeeperSide(PeerId keeper) {
        this.keeper = keeper;
    }

    PeerId keeper() {
        return keeper;
    }

    /** A message to be offered; false when it waits already, for its turn or for the end of a pause. */
    boolean offer(P message) {
        return !refused.contains(message) && waiting.add(message);
    }

    /** A message that is not to be offered any more. */
    void forget(P message) {
        waiting.remove(message);
        refused.remove(message);
    }

    /** A record that the keeper is to be told to drop. */
    void drop(KeeperMessage.Dropped record) {
        if (drops.size() < MAX_DROPS) {
            drops.add(record);
        }
    }

    boolean hasDrops() {
        return !drops.isEmpty();
    }

    /** As many as fit one request. */
    List<KeeperMessage.Dropped> takeDrops() {
        List<KeeperMessage.Dropped> taken = new ArrayList<>();
        while (taken.size() < KeeperMessage.MAX_DROPS && !drops.isEmpty()) {
            taken.add(drops.remove());
        }
        return taken;
    }

    /** The next message to offer, or null; none in a pause, unless that is to be tried. */
    @Nullable
    P takeMessage(boolean inPauseToo) {
        if (waiting.isEmpty() || (pausedUntil != null && !inPauseToo)) {
            return null;
        }
        P next = waiting.iterator().next();
        waiting.remove(next);
        return next;
    }

    /** Whether there is room for one more request beside those on their way. */
    boolean hasRoom() {
        return onTheWay < AT_ONCE;
    }

    /** Whether requests may follow each other: not while they fail. */
    boolean isWell() {
        return failures == 0;
    }

    boolean isQuiet() {
        return onTheWay == 0;
    }

    void sent() {
        onTheWay++;
    }

    /**
     * A request came through, or did not.
     *
     * @return how many have failed in a row
     */
    int ended(boolean failed) {
        onTheWay--;
        failures = failed ? failures + 1 : 0;
        return failures;
    }

    /** What it failed for is gone, and no further try would ever be planned. */
    void forgetFailures() {
        failures = 0;
    }

    /** The keeper took a message: it may take the others. */
    void taken() {
        pausedUntil = null;
    }

    /** The keeper refused a message for now. */
    void refuse(P message, Instant until) {
        refused.add(message);
        pausedUntil = pausedUntil == null ? until : pausedUntil;
    }

    @Nullable
    Instant pausedUntil() {
        return pausedUntil;
    }

    /** Whether a pause is over: one message is to be tried then, and if it is refused the next pause is as long as this. */
    boolean endPause(Instant now, Duration next) {
        if (pausedUntil == null || now.isBefore(pausedUntil)) {
            return false;
        }
        waiting.addAll(refused);
        refused.clear();
        pausedUntil = waiting.isEmpty() ? null : now.plus(next);
        return true;
    }
}
