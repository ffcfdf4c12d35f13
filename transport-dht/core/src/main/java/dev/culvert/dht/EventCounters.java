package dev.culvert.dht;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * One counter for each constant of an enum, so that nothing is dropped without a trace. Safe to use from any thread;
 * counters only grow.
 *
 * @param <E> what is counted
 */
public final class EventCounters<E extends Enum<E>> {
    private final Map<E, LongAdder> counters;

    /** All counters at zero. */
    public EventCounters(Class<E> events) {
        Map<E, LongAdder> all = new EnumMap<>(events);
        for (E event : events.getEnumConstants()) {
            all.put(event, new LongAdder());
        }
        this.counters = Collections.unmodifiableMap(all);
    }

    /** Adds one. */
    public void count(E event) {
        adder(event).increment();
    }

    /** The count so far. */
    public long get(E event) {
        return adder(event).sum();
    }

    /** A copy of all counts, those at zero included. */
    public Map<E, Long> snapshot() {
        Map<E, Long> copy = new java.util.LinkedHashMap<>();
        counters.forEach((event, adder) -> copy.put(event, adder.sum()));
        return Collections.unmodifiableMap(copy);
    }

    private LongAdder adder(E event) {
        LongAdder adder = counters.get(event);
        if (adder == null) {
            throw new IllegalStateException("No counter for " + event);
        }
        return adder;
    }

    @Override
    public String toString() {
        return snapshot().toString();
    }
}
