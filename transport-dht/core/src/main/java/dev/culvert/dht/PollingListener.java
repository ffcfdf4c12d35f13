package dev.culvert.dht;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Dht#listen} for engines without push: gets the slot again and again, and passes on each value it has not
 * seen. The next get starts one jittered interval after the last one came back, on the engine's thread; the listener
 * runs there, too. Ends with {@link #close} or with the engine's thread.
 */
public final class PollingListener implements Dht.Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(PollingListener.class);

    private final Slot slot;
    private final Duration interval;
    private final Consumer<byte[]> listener;
    private final Function<Slot, CompletableFuture<List<byte[]>>> get;
    private final EngineThread thread;
    private final PollSchedule schedule;
    private final SeenValues seen = new SeenValues(); // engine thread only

    private volatile boolean closed;

    private PollingListener(
            Slot slot,
            Duration interval,
            Consumer<byte[]> listener,
            Function<Slot, CompletableFuture<List<byte[]>>> get,
            EngineThread thread,
            PollSchedule schedule) {
        this.slot = slot;
        this.interval = interval;
        this.listener = listener;
        this.get = get;
        this.thread = thread;
        this.schedule = schedule;
    }

    /**
     * Starts to poll at once.
     *
     * @param get how the engine looks values up
     * @param thread the engine's own
     * @param schedule gives the jitter; used on the engine's thread only
     */
    public static PollingListener start(
            Slot slot,
            Duration interval,
            Consumer<byte[]> listener,
            Function<Slot, CompletableFuture<List<byte[]>>> get,
            EngineThread thread,
            PollSchedule schedule) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("A polling interval is above zero, not " + interval);
        }
        PollingListener polling = new PollingListener(slot, interval, listener, get, thread, schedule);
        polling.thread.execute(polling::poll);
        return polling;
    }

    private void poll() {
        if (closed) {
            return;
        }
        CompletableFuture<List<byte[]>> found;
        try {
            found = get.apply(slot);
        } catch (RuntimeException e) {
            found = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<?> unused =
                found.whenComplete((values, failure) -> thread.execute(() -> polled(values, failure)));
    }

    private void polled(@Nullable List<byte[]> values, @Nullable Throwable failure) {
        if (values != null) {
            values.forEach(this::passOn);
        } else {
            LOG.debug("A poll of {} failed, the next one follows: {}", slot, String.valueOf(failure));
        }
        if (!closed) {
            Object unused = thread.schedule(this::poll, schedule.jittered(interval));
        }
    }

    private void passOn(byte[] value) {
        if (closed || !seen.add(value)) {
            return;
        }
        try {
            listener.accept(value.clone());
        } catch (RuntimeException e) {
            LOG.warn("A listener of {} failed", slot, e);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
