package dev.culvert.dht.opendht;

import dev.culvert.dht.Dht;
import dev.culvert.dht.EventCounters;
import dev.culvert.dht.PollSchedule;
import dev.culvert.dht.Slot;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscription: a stream, which is a request whose answer does not end, on a connection of its own. When it ends all
 * the same, or its life is over, it is opened again, the later the more often that has failed. While as many streams as
 * there may be are open, the slot is polled instead; before each poll it is seen whether a stream became free, and the
 * first one to look keeps it until its end. The listener runs on the engine's threads, once at a time; it hears of no
 * value twice and of none older than the last, however it is found.
 */
final class Listening implements Dht.Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(Listening.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(250);
    private static final Duration SLOWEST_RETRY = Duration.ofSeconds(30);

    /** A stream that lived so long did not fail at once; the next one that fails is the first again. */
    private static final Duration LIVED = Duration.ofSeconds(10);

    private final Slot slot;
    private final Duration interval;
    private final ProxyClient client;
    private final OpenDhtConfig config;
    private final Semaphore streams;
    private final EventCounters<OpenDhtEvent> events;
    private final Consumer<Listening> ended;
    private final SlotReader reader;
    private final Consumer<byte[]> listener;
    private volatile boolean closed;
    private ProxyClient.@Nullable Exchange current; // guarded by this
    private boolean streaming; // guarded by this
    private int failures; // guarded by this

    /**
     * Does nothing before {@link #begin}.
     *
     * @param interval between two polls, about; positive
     * @param streams how many more there may be
     * @param ended told when it is closed
     */
    Listening(
            Slot slot,
            Duration interval,
            ProxyClient client,
            OpenDhtConfig config,
            Semaphore streams,
            InstantSource clock,
            EventCounters<OpenDhtEvent> events,
            Consumer<byte[]> listener,
            Consumer<Listening> ended) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("A polling interval is above zero, not " + interval);
        }
        this.slot = slot;
        this.interval = interval;
        this.client = client;
        this.config = config;
        this.streams = streams;
        this.events = events;
        this.listener = listener;
        this.ended = ended;
        this.reader = new SlotReader(slot, clock, events, SlotReader.MOST_VALUES, this::passOn);
    }

    /** Opens the stream, or polls for the first time; for the engine's threads. */
    void begin() {
        if (!next()) {
            events.count(OpenDhtEvent.NO_STREAM_LEFT);
        }
    }

    /** A stream if there is one for us, else a poll; false for that. */
    private boolean next() {
        boolean stream;
        synchronized (this) {
            if (closed) {
                return true;
            }
            streaming = streaming || streams.tryAcquire();
            stream = streaming;
        }
        if (stream) {
            stream();
        } else {
            poll();
        }
        return stream;
    }

    private void poll() {
        reader.begin();
        Object unused = client.request(
                        client.to(OpenDht.path(slot)).build(),
                        line -> !closed && reader.test(line),
                        OpenDht.MOST_BYTES,
                        config.getTimeout())
                .whenComplete((status, failure) -> {
                    if (failure != null) {
                        LOG.debug("A poll of {} failed, the next one follows: {}", slot, failure.toString());
                    }
                    if (!closed) {
                        client.schedule(this::next, new PollSchedule(ThreadLocalRandom.current()).jittered(interval));
                    }
                });
    }

    private void stream() {
        long began = System.nanoTime();
        ProxyClient.Exchange opened;
        synchronized (this) {
            if (closed) {
                return;
            }
            reader.begin();
            opened = client.send(
                    client.to(OpenDht.path(slot) + "/listen").build(),
                    line -> !closed && reader.test(line),
                    OpenDht.MOST_BYTES,
                    config.streamLife());
            current = opened;
        }
        Object unused = opened.status().whenComplete((status, failure) -> again(began, status, failure));
    }

    private void again(long began, @Nullable Integer status, @Nullable Throwable failure) {
        if (closed) {
            return;
        }
        events.count(OpenDhtEvent.STREAM_LOST);
        Duration wait;
        synchronized (this) {
            failures = System.nanoTime() - began >= LIVED.toNanos() ? 1 : failures + 1;
            wait = new PollSchedule(ThreadLocalRandom.current()).retry(FIRST_RETRY, SLOWEST_RETRY, failures);
        }
        LOG.debug("The stream of {} ended (status {}, {}); the next one in {}", slot, status, failure, wait);
        client.schedule(this::next, wait);
    }

    private void passOn(byte[] value) {
        if (closed) {
            return;
        }
        try {
            listener.accept(value);
        } catch (RuntimeException e) {
            LOG.warn("A listener of {} failed", slot, e);
        }
    }

    @Override
    public void close() {
        closed = true;
        ProxyClient.Exchange open;
        synchronized (this) {
            open = current;
            if (streaming) {
                streaming = false;
                streams.release();
            }
        }
        if (open != null) {
            open.cancel();
        }
        ended.accept(this);
    }
}
