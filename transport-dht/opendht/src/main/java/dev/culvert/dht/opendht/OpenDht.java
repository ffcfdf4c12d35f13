package dev.culvert.dht.opendht;

import dev.culvert.dht.Dht;
import dev.culvert.dht.DhtCapabilities;
import dev.culvert.dht.EventCounters;
import dev.culvert.dht.PendingFutures;
import dev.culvert.dht.SignedValue;
import dev.culvert.dht.Slot;
import dev.culvert.dht.WritableSlot;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.TransportClosedException;
import dev.culvert.transport.TransportException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The OpenDHT engine: values on OpenDHT, put and found through the REST proxy of a node that somebody runs. OpenDHT lets
 * anybody store anything under any key, so each value goes as a {@link SignedValue} of the slot's writer, and what
 * is not signed so is dropped and counted.
 *
 * <p>The nodes of the network see the proxy's address and not ours. The proxy sees ours, which keys we ask for and when;
 * it can withhold values and show old ones, and forge none. It keeps what we put alive for about a day, so values end by
 * the time that is signed with them.
 *
 * <p>Owns three threads {@code culvert-dht-opendht-N}, on which futures complete and listeners run, and the JDK's HTTP
 * client, with at most 64 connections for requests and one for each
 * pushed subscription. All end with {@link #close}, the client's selector thread before
 * Java 21 only when the garbage collector comes by.
 */
public final class OpenDht implements Dht {
    /** The largest signed value put at a proxy; it answers nothing at all to 65 536 bytes. */
    static final int MAX_SIGNED = 65_000;

    /** What that leaves for a value. */
    static final int MAX_VALUE = MAX_SIGNED - SignedValue.OVERHEAD;

    /** What is read of one answer; a node keeps 64 MiB in all. */
    static final long MOST_BYTES = 16 << 20;

    private static final Duration MAX_TTL = Duration.ofHours(2);
    private static final DhtCapabilities CAPABILITIES =
            new DhtCapabilities("opendht", MAX_VALUE, MAX_TTL, true, true, true);

    private static final int KEY_BYTES = 20;
    private static final int MOST_ROUNDING_SECONDS = 60;
    private static final Duration NEIGHBOUR_POLL = Duration.ofMillis(200);

    private final OpenDhtConfig config;
    private final InstantSource clock;
    private final EventCounters<OpenDhtEvent> events = new EventCounters<>(OpenDhtEvent.class);
    private final PendingFutures pending = new PendingFutures("The OpenDHT engine");
    private final Set<Listening> subscriptions = ConcurrentHashMap.newKeySet();
    private final Semaphore streams;
    private final ProxyClient client;
    private volatile boolean closed;

    private OpenDht(OpenDhtConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
        this.streams = new Semaphore(config.maxStreams());
        this.client = new ProxyClient(config, events);
    }

    /** An engine at the given proxy. Asks it nothing yet: {@link #bootstrap} tells whether it is there. */
    public static OpenDht open(OpenDhtConfig config) {
        return open(config, InstantSource.system());
    }

    static OpenDht open(OpenDhtConfig config, InstantSource clock) {
        return new OpenDht(config, clock);
    }

    /** Where a slot's values are: OpenDHT's keys have 160 bits. */
    static String path(Slot slot) {
        return "key/" + HexFormat.of().formatHex(slot.key(), 0, KEY_BYTES);
    }

    @Override
    public DhtCapabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public CompletableFuture<Void> bootstrap() {
        CompletableFuture<Void> result = pending.create();
        lookForNeighbours(result, System.nanoTime() + config.bootstrapTimeout().toNanos());
        return result;
    }

    private void lookForNeighbours(CompletableFuture<Void> result, long end) {
        long left = end - System.nanoTime();
        if (result.isDone()) {
            return;
        }
        int[] good = new int[1];
        CompletableFuture<?> unused = client.request(
                        client.to("").build(),
                        line -> {
                            good[0] = ProxyLine.goodNodes(line);
                            return true;
                        },
                        LineBody.MAX_LINE,
                        Duration.ofNanos(Math.max(1, left)))
                .whenComplete((status, failure) -> {
                    if (good[0] > 0) {
                        result.complete(null);
                    } else if (end - System.nanoTime() > NEIGHBOUR_POLL.toNanos()) {
                        client.schedule(() -> lookForNeighbours(result, end), NEIGHBOUR_POLL);
                    } else {
                        result.completeExceptionally(noNeighbours(status, failure));
                    }
                });
    }

    private Throwable noNeighbours(@Nullable Integer status, @Nullable Throwable failure) {
        if (failure != null) {
            return failure;
        }
        return new TransportException(
                "The node of the OpenDHT proxy " + client.name() + " found no good neighbours within "
                        + config.bootstrapTimeout() + " (status " + status
                        + "); give the node bootstrap nodes that it can reach, or take another proxy");
    }

    /** {@inheritDoc} The proxy does not tell how many nodes stored it: the result is 1. */
    @Override
    public CompletableFuture<Integer> put(WritableSlot slot, long sequence, byte[] value, Duration ttl) {
        if (value.length > MAX_VALUE) {
            return CompletableFuture.failedFuture(
                    new MessageTooLargeException(value.length, MAX_VALUE, "a value on OpenDHT"));
        }
        Duration life = ttl.compareTo(MAX_TTL) < 0 ? ttl : MAX_TTL;
        return put(slot, SignedValue.of(slot.slot(), sequence, expiry(life), value));
    }

    /**
     * Up to a full minute, or less for short lives, so that a put repeated soon has the same bytes: it is a refresh then, and
     * no further value.
     */
    private long expiry(Duration life) {
        long step = Math.max(1, Math.min(MOST_ROUNDING_SECONDS, life.toSeconds() / MOST_ROUNDING_SECONDS));
        return Math.floorDiv(clock.instant().plus(life).getEpochSecond() + step - 1, step) * step;
    }

    private CompletableFuture<Integer> put(WritableSlot slot, SignedValue value) {
        byte[] body;
        try {
            body = ProxyLine.put(value.sign(slot.writer()));
        } catch (IllegalArgumentException | IllegalStateException e) {
            return CompletableFuture.failedFuture(e); // not the writer's key, or it was closed
        }
        HttpRequest request = client.to(path(slot.slot()))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        return whilePending(client.request(request, line -> true, MOST_BYTES, config.putTimeout())
                .thenApply(this::stored));
    }

    private int stored(int status) {
        if (status == 502) {
            throw new TransportException("The proxy's node has no neighbours that took the value (" + client.name()
                    + " says 502); wait until it has joined its network, or take another proxy");
        }
        requireOk(status);
        return 1;
    }

    private void requireOk(int status) {
        if (status != 200) {
            throw new TransportException("The OpenDHT proxy " + client.name() + " answered with status " + status
                    + "; is it the REST proxy of an OpenDHT node?");
        }
    }

    @Override
    public CompletableFuture<List<byte[]>> get(Slot slot) {
        return whilePending(look(slot).thenApply(SlotReader::values));
    }

    /** Reads what is under a slot's key; fails if nothing genuine came, and not all was read. */
    private CompletableFuture<SlotReader> look(Slot slot) {
        SlotReader reader = new SlotReader(slot, clock, events, SlotReader.MOST_VALUES, value -> {});
        return client.request(client.to(path(slot)).build(), reader, MOST_BYTES, config.getTimeout())
                .handle((status, failure) -> {
                    if (reader.sequence().isPresent()) {
                        return reader;
                    }
                    if (failure != null) {
                        throw new CompletionException(unwrapped(failure));
                    }
                    requireOk(status);
                    if (reader.isCut()) {
                        throw new TransportException("More than " + SlotReader.MOST_VALUES
                                + " values are under the key of " + slot + ", and none of those read is its writer's");
                    }
                    return reader;
                });
    }

    /** {@inheritDoc} Puts a mark in the place of the newest value, which hides all up to that one. */
    @Override
    public CompletableFuture<Boolean> remove(WritableSlot slot) {
        CompletableFuture<Boolean> marked = look(slot.slot()).thenCompose(reader -> {
            if (reader.values().isEmpty()) {
                return CompletableFuture.completedFuture(true);
            }
            long sequence = reader.sequence().orElseThrow();
            return put(slot, SignedValue.removal(slot.slot(), sequence, expiry(MAX_TTL)))
                    .thenApply(nodes -> true);
        });
        return whilePending(marked.exceptionally(failure -> {
            if (unwrapped(failure) instanceof TransportClosedException gone) {
                throw gone;
            }
            return false;
        }));
    }

    /**
     * {@inheritDoc} The first {@link OpenDhtConfig#maxStreams()} subscriptions are pushed by the proxy, each on a TCP
     * connection of its own, and do not use {@code interval}. Further ones poll, which costs one request each interval, and
     * go over to a stream when one of the first is closed.
     *
     * @throws IllegalArgumentException if the interval is not positive
     */
    @Override
    public Subscription listen(Slot slot, Duration interval, Consumer<byte[]> listener) {
        Listening added =
                new Listening(slot, interval, client, config, streams, clock, events, listener, subscriptions::remove);
        subscriptions.add(added);
        client.schedule(added::begin, Duration.ZERO);
        // Looked at after adding: a close that missed this one is seen here.
        if (closed) {
            added.close();
        }
        return added;
    }

    /** The same outcome, but failed at once when the engine closes. */
    private <T> CompletableFuture<T> whilePending(CompletableFuture<T> outcome) {
        CompletableFuture<T> result = pending.create();
        CompletableFuture<?> unused = outcome.whenComplete((value, failure) -> {
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(unwrapped(failure));
            }
        });
        return result;
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** What was dropped, and other counts. */
    public Map<OpenDhtEvent, Long> counters() {
        return events.snapshot();
    }

    /** {@inheritDoc} Waits at most 1 s for running callbacks; called from one of them, it does not wait. */
    @Override
    public void close() {
        closed = true;
        subscriptions.forEach(Listening::close);
        pending.close();
        client.close();
    }
}
