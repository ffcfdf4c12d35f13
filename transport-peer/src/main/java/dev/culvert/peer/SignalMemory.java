package dev.culvert.peer;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a link remembers of its peer's signals: which it has been shown, and the offer that waits for a slot. Event loop only. */
final class SignalMemory {
    /** So as to know one that is shown again: more than a rendezvous can hold of one peer. */
    private static final int REMEMBERED = 64;

    private final Set<Long> seen = new LinkedHashSet<>();
    private @Nullable SessionSignal left; // not answered for want of a slot, and not taken back since
    private long leftNanos;

    /** Whether it is the first of its attempt; it is remembered. */
    boolean isNew(SessionSignal signal) {
        if (!seen.add(signal.id())) {
            return false;
        }
        if (seen.size() > REMEMBERED) {
            seen.remove(seen.iterator().next());
        }
        return true;
    }

    /** An offer could not be answered; its peer waits for a while. */
    void leave(SessionSignal offer, long nowNanos) {
        left = offer;
        leftNanos = nowNanos;
    }

    /** Whether it is of the same attempt as the offer that waits, and says something else. */
    boolean isOfLeftOffer(SessionSignal signal) {
        return left != null && left.isSucceededBy(signal);
    }

    /** The same offer, as it was told last. */
    void leaveInstead(SessionSignal offer) {
        left = offer;
    }

    /** Nobody waits for an answer any more. */
    void leaveNone() {
        left = null;
    }

    /**
     * The offer that waits.
     *
     * @param patience how long a peer waits for an answer
     */
    @Nullable
    SessionSignal leftOffer(long nowNanos, Duration patience) {
        return nowNanos - leftNanos < patience.toNanos() ? left : null;
    }
}
