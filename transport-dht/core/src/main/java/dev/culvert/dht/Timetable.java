package dev.culvert.dht;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What is to be done when: each entry has one time, and what is due comes out oldest first. Reads no clock; for one
 * thread.
 *
 * @param <T> what is to be done; its equality decides what is the same entry
 */
final class Timetable<T> {
    private record Entry<T>(T task, Instant at, long number) {}

    private final TreeSet<Entry<T>> byTime =
            new TreeSet<>(Comparator.<Entry<T>, Instant>comparing(Entry::at).thenComparingLong(Entry::number));
    private final Map<T, Entry<T>> byTask = new HashMap<>();
    private long number;

    /** Sets the time of a task, in place of an earlier or later one. */
    void put(T task, Instant at) {
        remove(task);
        // The number keeps tasks of the same time apart, in the order they came.
        Entry<T> entry = new Entry<>(task, at, number++);
        byTask.put(task, entry);
        byTime.add(entry);
    }

    /** Sets the time of a task, unless it has an earlier one. */
    void putEarlier(T task, Instant at) {
        Entry<T> old = byTask.get(task);
        if (old == null || old.at().isAfter(at)) {
            put(task, at);
        }
    }

    void remove(T task) {
        Entry<T> old = byTask.remove(task);
        if (old != null) {
            byTime.remove(old);
        }
    }

    void removeIf(Predicate<T> condition) {
        byTime.removeIf(entry -> condition.test(entry.task()));
        byTask.keySet().removeIf(condition);
    }

    /** Takes out the oldest task that is due, if any. */
    Optional<T> takeDue(Instant now) {
        if (byTime.isEmpty() || byTime.first().at().isAfter(now)) {
            return Optional.empty();
        }
        T task = byTime.first().task();
        remove(task);
        return Optional.of(task);
    }

    /** The time of the next task, if there is one. */
    Optional<Instant> next() {
        return byTime.isEmpty() ? Optional.empty() : Optional.of(byTime.first().at());
    }

    int size() {
        return byTime.size();
    }
}
