package dev.culvert.dht;

import dev.culvert.dht.Dht.Subscription;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A watch on one peer's candidates. Where the engine has push, {@link #roll} subscribes to each of the days around today;
 * elsewhere {@link CandidatePolls} brings the values. They come on any thread; a lock keeps calls of the listener in order.
 * Ends with {@link #close}.
 */
final class CandidateWatch {
    private static final Logger LOG = LoggerFactory.getLogger(CandidateWatch.class);

    private final Consumer<Published> listener;
    private final Subscriber subscriber;
    private final Verifier verifier;
    private final Map<Long, Subscription> days = new HashMap<>(); // guarded by days
    private long lastPassedOn; // guarded by this
    private volatile boolean closed;

    /** Subscribes to the slot of a day. */
    @FunctionalInterface
    interface Subscriber {
        Subscription subscribe(long day, Consumer<byte[]> values);
    }

    /** Verifies a value found in the slot of a day. */
    @FunctionalInterface
    interface Verifier {
        Optional<Published> verify(long day, byte[] value);
    }

    CandidateWatch(Consumer<Published> listener, Subscriber subscriber, Verifier verifier) {
        this.listener = listener;
        this.subscriber = subscriber;
        this.verifier = verifier;
    }

    /** Makes the given days those that are watched. */
    void roll(LongStream wanted) {
        Set<Long> now = wanted.boxed().collect(Collectors.toSet());
        synchronized (days) {
            if (closed) {
                return;
            }
            days.entrySet().removeIf(day -> {
                boolean over = !now.contains(day.getKey());
                if (over) {
                    day.getValue().close();
                }
                return over;
            });
            for (long day : now) {
                days.computeIfAbsent(day, added -> subscriber.subscribe(added, value -> found(added, value)));
            }
        }
    }

    /** Verifies a value, and passes it on if it is newer than those before. */
    void found(long day, byte[] value) {
        if (!closed) {
            verifier.verify(day, value).ifPresent(this::passOn);
        }
    }

    private synchronized void passOn(Published published) {
        if (closed || published.sequence() <= lastPassedOn) {
            return;
        }
        lastPassedOn = published.sequence();
        try {
            listener.accept(published);
        } catch (RuntimeException e) {
            LOG.warn("A listener for a peer's candidates failed", e);
        }
    }

    /** Does not wait for a running call of the listener. */
    void close() {
        closed = true;
        synchronized (days) {
            days.values().forEach(Subscription::close);
            days.clear();
        }
    }
}
