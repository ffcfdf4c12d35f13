package dev.culvert.peer;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a link remembers of its peer's signals: which it has been shown, and the offer at which the peer may still wait, whether
 * no slot was free for an answer or the attempt that answered is over. Event loop only.
 */
final class SignalMemory {
    /** So as to know one that is shown again: more than a rendezvous can hold of one peer. */
    private static final int REMEMBERED = 64;

    private final Set<Long> seen = new LinkedHashSet<>();
    private @Nullable SessionSignal open;
    private long openSinceNanos;

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

    /** The peer has made an offer. */
    void openOffer(SessionSignal offer, long nowNanos) {
        open = offer;
        openSinceNanos = nowNanos;
    }

    /** Whether it is the open offer once more, and says something else. */
    boolean isRepeatedOffer(SessionSignal signal) {
        return open != null && open.isSucceededBy(signal);
    }

    /** Whether it is of the same attempt as the open offer. */
    boolean isOfOpenOffer(SessionSignal signal) {
        return open != null && open.isWith(signal);
    }

    /** The same offer, as it was told last. */
    void openOfferAgain(SessionSignal offer) {
        open = offer;
    }

    /** The peer waits no more, or need not. */
    void closeOffer() {
        open = null;
    }

    /**
     * The offer at which the peer waits.
     *
     * @param patience how long it does
     */
    @Nullable
    SessionSignal openOffer(long nowNanos, Duration patience) {
        return nowNanos - openSinceNanos < patience.toNanos() ? open : null;
    }
}
