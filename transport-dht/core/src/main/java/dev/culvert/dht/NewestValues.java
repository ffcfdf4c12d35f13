package dev.culvert.dht;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The newest of the {@link SignedValue}s seen for one slot: those with the largest sequence number, unless one of that
 * number says that it was removed or is over; what is older than it stays hidden all the same. Keeps a few values,
 * however many are shown to it. Used by one thread at a time.
 */
public final class NewestValues {
    /** A writer that gives one number to several values gets no more of them back. */
    private static final int MOST = 16;

    private final List<SignedValue> kept = new ArrayList<>();
    private boolean any;
    private boolean hidden;
    private long sequence;

    /** None seen so far. */
    public NewestValues() {}

    /**
     * Takes one into account.
     *
     * @param nowSeconds the time it is looked at, in seconds since 1970
     * @return whether it is a value nobody has shown yet, and none that was shown is newer
     */
    public boolean add(SignedValue shown, long nowSeconds) {
        if (any && shown.sequence() < sequence) {
            return false;
        }
        if (!any || shown.sequence() > sequence) {
            any = true;
            sequence = shown.sequence();
            hidden = false;
            kept.clear();
        }
        if (shown.removed()) {
            hidden = true;
            kept.clear();
        }
        if (hidden) {
            return false;
        }
        for (int i = 0; i < kept.size(); i++) {
            SignedValue known = kept.get(i);
            if (known.saysTheSame(shown)) {
                if (known.expirySeconds() < shown.expirySeconds()) {
                    kept.set(i, shown);
                }
                return known.expired(nowSeconds) && !shown.expired(nowSeconds);
            }
        }
        return kept.size() < MOST && kept.add(shown) && !shown.expired(nowSeconds);
    }

    /** Whether there was any, of whatever kind. */
    public boolean any() {
        return any;
    }

    /** The largest sequence number; 0 if there was none. */
    public long sequence() {
        return sequence;
    }

    /** The values that hold, the longest-lived first; of two that live as long all readers put the same one first. */
    public List<byte[]> values(long nowSeconds) {
        return holding(nowSeconds).stream().map(SignedValue::value).toList();
    }

    /** Until when there is a value that holds now, in seconds since 1970; {@code nowSeconds} if there is none. */
    public long lastExpiry(long nowSeconds) {
        List<SignedValue> holding = holding(nowSeconds);
        return holding.isEmpty() ? nowSeconds : holding.get(0).expirySeconds();
    }

    private List<SignedValue> holding(long nowSeconds) {
        return kept.stream()
                .filter(value -> !value.expired(nowSeconds))
                .sorted(Comparator.comparingLong(SignedValue::expirySeconds)
                        .reversed()
                        .thenComparing(SignedValue::value, Arrays::compare))
                .toList();
    }
}
