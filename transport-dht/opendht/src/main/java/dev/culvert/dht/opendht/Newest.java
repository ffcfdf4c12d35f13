package dev.culvert.dht.opendht;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The newest of the envelopes seen for one slot: those with the largest sequence number, unless one of that number says
 * that it was removed or is over. Keeps a few values, however many are shown to it. Used by one thread at a time.
 */
final class Newest {
    /** A writer that gives one number to several values gets no more of them back. */
    private static final int MOST = 16;

    private final List<Envelope> kept = new ArrayList<>();
    private boolean any;
    private boolean hidden;
    private long sequence;

    /**
     * Takes one into account.
     *
     * @param nowSeconds the time it is looked at
     * @return whether it is a value nobody has shown yet, and none that was shown is newer
     */
    boolean add(Envelope envelope, long nowSeconds) {
        if (any && envelope.sequence() < sequence) {
            return false;
        }
        if (!any || envelope.sequence() > sequence) {
            any = true;
            sequence = envelope.sequence();
            hidden = false;
            kept.clear();
        }
        if (envelope.removed()) {
            hidden = true;
            kept.clear();
        }
        if (hidden) {
            return false;
        }
        for (int i = 0; i < kept.size(); i++) {
            Envelope known = kept.get(i);
            if (Arrays.equals(known.value(), envelope.value())) {
                if (known.expirySeconds() < envelope.expirySeconds()) {
                    kept.set(i, envelope);
                }
                return known.expired(nowSeconds) && !envelope.expired(nowSeconds);
            }
        }
        return kept.size() < MOST && kept.add(envelope) && !envelope.expired(nowSeconds);
    }

    /** Whether there was any, of whatever kind. */
    boolean any() {
        return any;
    }

    /** The largest sequence number; 0 if there was none. */
    long sequence() {
        return sequence;
    }

    /** The values that hold, the longest-lived first. */
    List<byte[]> values(long nowSeconds) {
        return kept.stream()
                .filter(envelope -> !envelope.expired(nowSeconds))
                .sorted(Comparator.comparingLong(Envelope::expirySeconds).reversed())
                .map(Envelope::value)
                .toList();
    }
}
