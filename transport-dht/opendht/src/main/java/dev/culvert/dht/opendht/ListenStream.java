package dev.culvert.dht.opendht;

import dev.culvert.dht.Dht;
import dev.culvert.dht.EventCounters;
import dev.culvert.dht.PollSchedule;
import dev.culvert.dht.Slot;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscription: a request whose answer does not end, on a connection of its own. When it ends all the same, or its
 * life is over, it is opened again, the later the more often that has failed. The listener runs on the engine's threads,
 * once at a time; it hears of no value twice and of none older than the last.
 */
final class ListenStream implements Dht.Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(ListenStream.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(250);
    private static final Duration SLOWEST_RETRY = Duration.ofSeconds(30);

    /** A stream that lived so long did not fail at once; the next one that fails is the first again. */
    private static final Duration LIVED = Duration.ofSeconds(10);

    private final Slot slot;
    private final ProxyClient client;
    private final Duration life;
    private final EventCounters<OpenDhtEvent> events;
    private final Consumer<ListenStream> ended;
    private final SlotReader reader;
    private final Consumer<byte[]> listener;
    private volatile boolean closed;
    private ProxyClient.@Nullable Exchange current; // guarded by this
    private int failures; // guarded by this

    ListenStream(
            Slot slot,
            ProxyClient client,
            OpenDhtConfig config,
            InstantSource clock,
            EventCounters<OpenDhtEvent> events,
            Consumer<byte[]> listener,
            Consumer<ListenStream> ended) {
        this.slot = slot;
        this.client = client;
        this.life = config.streamLife();
        this.events = events;
        this.listener = listener;
        this.ended = ended;
        this.reader = new SlotReader(slot, clock, events, SlotReader.MOST_VALUES, this::passOn);
    }

    /** Opens the stream; for the engine's threads. */
    void open() {
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
                    life);
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
        client.schedule(this::open, wait);
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
        }
        if (open != null) {
            open.cancel();
        }
        ended.accept(this);
    }
}
