package dev.culvert.ice.frame;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** One counter for each {@link FrameDrop}; counted from any thread without a lock. */
final class FrameCounters {
    /** Filled once, then only read: safe without a lock. */
    private final Map<FrameDrop, LongAdder> counters = new EnumMap<>(FrameDrop.class);

    FrameCounters() {
        for (FrameDrop cause : FrameDrop.values()) {
            counters.put(cause, new LongAdder());
        }
    }

    void count(FrameDrop cause) {
        Objects.requireNonNull(counters.get(cause)).increment();
    }

    /** The causes that occurred, with how often. */
    Map<FrameDrop, Long> snapshot() {
        Map<FrameDrop, Long> counts = new EnumMap<>(FrameDrop.class);
        counters.forEach((cause, counter) -> {
            long count = counter.sum();
            if (count > 0) {
                counts.put(cause, count);
            }
        });
        return counts;
    }
}
