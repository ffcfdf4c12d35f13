package dev.culvert.ice;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** One counter for each {@link DropCause}; counted from any thread without a lock. */
final class DropCounters {
    /** Filled once, then only read: safe without a lock. */
    private final Map<DropCause, LongAdder> counters = new EnumMap<>(DropCause.class);

    DropCounters() {
        for (DropCause cause : DropCause.values()) {
            counters.put(cause, new LongAdder());
        }
    }

    void count(DropCause cause) {
        Objects.requireNonNull(counters.get(cause)).increment();
    }

    /** The causes that occurred, with how often. */
    Map<DropCause, Long> snapshot() {
        Map<DropCause, Long> counts = new EnumMap<>(DropCause.class);
        counters.forEach((cause, counter) -> {
            long count = counter.sum();
            if (count > 0) {
                counts.put(cause, count);
            }
        });
        return counts;
    }
}
