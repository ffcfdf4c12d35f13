package dev.culvert.dht.tomp2p;

import dev.culvert.dht.Dht;
import dev.culvert.dht.DhtCapabilities;
import dev.culvert.dht.EngineThread;
import dev.culvert.dht.EventCounters;
import dev.culvert.dht.NewestValues;
import dev.culvert.dht.PendingFutures;
import dev.culvert.dht.PollSchedule;
import dev.culvert.dht.PollingListener;
import dev.culvert.dht.SignedValue;
import dev.culvert.dht.Slot;
import dev.culvert.dht.WritableSlot;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.TransportClosedException;
import dev.culvert.transport.TransportException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import net.tomp2p.dht.FutureGet;
import net.tomp2p.dht.FuturePut;
import net.tomp2p.dht.StorageLayer.PutStatus;
import net.tomp2p.p2p.RequestP2PConfiguration;
import net.tomp2p.peers.Number640;
import net.tomp2p.peers.PeerAddress;
import net.tomp2p.storage.Data;
import org.jspecify.annotations.Nullable;

/**
 * The TomP2P engine: a node, in this process, of a network of one's own. Values are {@link SignedValue}s. Every node of ours
 * keeps the newest one that is well signed, and a get takes the newest of what at least three nodes hold, while a put waits
 * for four of the six that store it: so readers settle for the largest sequence, whichever put came last. Removing puts an
 * empty one over the value. Futures complete on the thread {@code culvert-dht-tomp2p}; TomP2P runs threads of its own
 * beside it. All end with {@link #close}.
 */
public final class TomP2PDht implements Dht {
    /** The largest signed value there may be. */
    static final int MAX_SIGNED = 1 << 20;

    private static final int MAX_VALUE = MAX_SIGNED - SignedValue.OVERHEAD;

    private static final String WHAT = "The TomP2P engine";

    /** Nodes hold values in memory, so much longer would promise too much. */
    private static final Duration MAX_TTL = Duration.ofDays(7);

    private static final DhtCapabilities CAPABILITIES =
            new DhtCapabilities("tomp2p", MAX_VALUE, MAX_TTL, true, false, false);

    // Of the six that are nearest: four that have stored it and three that are read have at least one in common.
    private static final RequestP2PConfiguration PUT = new RequestP2PConfiguration(4, 6, 2);
    private static final RequestP2PConfiguration GET = new RequestP2PConfiguration(3, 6, 3);

    private final TomP2PConfig config;
    private final EventCounters<TomP2PEvent> events;
    private final Node node;
    private final EngineThread thread = new EngineThread("culvert-dht-tomp2p");
    private final PollSchedule schedule = new PollSchedule(RandomGenerator.of("L64X128MixRandom"));
    private final PendingFutures pending = new PendingFutures(WHAT);
    private final Requests requests;
    private final Joining joining;

    private TomP2PDht(TomP2PConfig config, EventCounters<TomP2PEvent> events, Node node) {
        this.config = config;
        this.events = events;
        this.node = node;
        this.requests = new Requests(thread, pending, config.requestTimeout());
        this.joining = new Joining(node, config, thread, pending);
    }

    /**
     * Starts a node. Waits only until its sockets are open; {@link #bootstrap} then tells when it found others.
     *
     * @throws TransportException if it can not listen where it should
     */
    public static TomP2PDht open(TomP2PConfig config) {
        EventCounters<TomP2PEvent> events = new EventCounters<>(TomP2PEvent.class);
        TomP2PDht dht = new TomP2PDht(config, events, Node.start(config, events, MAX_TTL));
        dht.joining.start();
        return dht;
    }

    @Override
    public DhtCapabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public CompletableFuture<Void> bootstrap() {
        return joining.awaitNeighbour();
    }

    /** {@inheritDoc} Only other nodes count: what this one holds is gone with it. */
    @Override
    public CompletableFuture<Integer> put(WritableSlot slot, long sequence, byte[] value, Duration ttl) {
        if (value.length > MAX_VALUE) {
            return CompletableFuture.failedFuture(
                    new MessageTooLargeException(value.length, MAX_VALUE, "the TomP2P network"));
        }
        Duration life = ttl.compareTo(MAX_TTL) < 0 ? ttl : MAX_TTL;
        long expiry = now() + Math.max(1, life.toSeconds());
        return put(slot, SignedValue.of(slot.slot(), sequence, expiry, value));
    }

    private CompletableFuture<Integer> put(WritableSlot slot, SignedValue value) {
        byte[] bytes;
        try {
            bytes = value.sign(slot.writer());
        } catch (IllegalArgumentException | IllegalStateException e) {
            return CompletableFuture.failedFuture(e); // not the writer's key, or it was closed
        }
        Number640 place = Place.of(slot.slot());
        int seconds = (int) Math.max(1, value.expirySeconds() - now());
        return requests.submit("put", () -> startPut(place, new Data(bytes).ttlSeconds(seconds)), future -> {
            int stored = stored(future, place);
            if (stored == 0) {
                throw new TransportException(refusal(future, place, value.sequence()));
            }
            return stored;
        });
    }

    private FuturePut startPut(Number640 place, Data data) {
        var put = node.peer()
                .put(place.locationKey())
                .domainKey(place.domainKey())
                .data(place.contentKey(), data)
                .requestP2PConfiguration(PUT);
        put.connectionTimeoutTCPMillis(nodeMillis()).idleTCPMillis(nodeMillis()).idleUDPMillis(nodeMillis());
        return put.start();
    }

    private int stored(FuturePut future, Number640 place) {
        return (int) answers(future, place).stream()
                .filter(status -> status == code(PutStatus.OK) || status == code(PutStatus.OK_UNCHANGED))
                .count();
    }

    private String refusal(FuturePut future, Number640 place, long sequence) {
        boolean older = answers(future, place).contains(code(PutStatus.FAILED_NOT_ABSENT));
        return older
                ? "The slot holds a newer value already; put one with a larger sequence number than " + sequence
                : "No other node of the TomP2P network stored the value (" + node.neighbours() + " known); "
                        + future.failedReason();
    }

    @SuppressWarnings("EnumOrdinal") // That is how TomP2P puts it on the wire.
    private static int code(PutStatus status) {
        return status.ordinal();
    }

    /** What the other nodes said to a put. */
    private List<Integer> answers(FuturePut future, Number640 place) {
        Map<PeerAddress, Map<Number640, Byte>> raw = future.rawResult();
        return raw == null
                ? List.of()
                : raw.entrySet().stream()
                        .filter(entry -> !entry.getKey().equals(node.peer().peerAddress()))
                        .map(entry -> entry.getValue().get(place))
                        .filter(status -> status != null)
                        .map(Byte::intValue)
                        .toList();
    }

    @Override
    public CompletableFuture<List<byte[]>> get(Slot slot) {
        return newest(slot).thenApply(found -> found.values(now()));
    }

    private CompletableFuture<NewestValues> newest(Slot slot) {
        Number640 place = Place.of(slot);
        return requests.submit("get", () -> startGet(place), future -> newest(future, slot, place));
    }

    private FutureGet startGet(Number640 place) {
        var get = node.peer()
                .get(place.locationKey())
                .domainKey(place.domainKey())
                .contentKey(place.contentKey())
                .requestP2PConfiguration(GET);
        get.connectionTimeoutTCPMillis(nodeMillis()).idleTCPMillis(nodeMillis()).idleUDPMillis(nodeMillis());
        return get.start();
    }

    /** At most one entry of each answer is looked at: the one that was asked for. */
    private NewestValues newest(FutureGet future, Slot slot, Number640 place) {
        Map<PeerAddress, Map<Number640, Data>> raw = future.rawData();
        if (raw == null || future.rawStatus().isEmpty()) {
            throw new TransportException("No node of the TomP2P network answered: " + future.failedReason());
        }
        NewestValues newest = new NewestValues();
        byte[] last = new byte[0];
        for (Map<Number640, Data> answer : raw.values()) {
            Data data = answer.get(place);
            if (data == null || answer.size() > 1) {
                events.count(TomP2PEvent.FOREIGN);
            }
            byte[] bytes = data == null ? null : bytes(data);
            // Most nodes give the same bytes, and one signature is enough for them.
            if (bytes == null || Arrays.equals(bytes, last)) {
                continue;
            }
            last = bytes;
            SignedValue.open(bytes, slot::equals, reason -> events.count(TomP2PEvent.of(reason)))
                    .ifPresent(found -> take(found, newest));
        }
        return newest;
    }

    private byte @Nullable [] bytes(Data data) {
        if (data.length() > MAX_SIGNED) {
            events.count(TomP2PEvent.OVERSIZED);
            return null;
        }
        return data.toBytes();
    }

    private void take(SignedValue found, NewestValues newest) {
        long now = now();
        if (found.expired(now)) {
            events.count(TomP2PEvent.EXPIRED);
        }
        boolean unused = newest.add(found, now);
    }

    /**
     * {@inheritDoc} The empty one has the number of the value that it covers, and lives as long; a new value there
     * needs a larger number.
     */
    @Override
    public CompletableFuture<Boolean> remove(WritableSlot slot) {
        return newest(slot.slot())
                .thenCompose(found -> found.values(now()).isEmpty()
                        ? CompletableFuture.completedFuture(true)
                        : put(slot, SignedValue.removal(slot.slot(), found.sequence(), found.lastExpiry(now())))
                                .thenApply(nodes -> true))
                .exceptionally(failure -> {
                    Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                            ? failure.getCause()
                            : failure;
                    if (cause instanceof TransportClosedException closed) {
                        throw closed;
                    }
                    return false;
                });
    }

    @Override
    public Subscription listen(Slot slot, Duration interval, Consumer<byte[]> listener) {
        return PollingListener.start(slot, interval, listener, this::get, thread, schedule);
    }

    /** The address and port, for TCP and UDP, by which others reach this node. */
    public InetSocketAddress localAddress() {
        return node.address();
    }

    /** What was dropped and refused since this engine was opened. */
    public Map<TomP2PEvent, Long> dropped() {
        return events.snapshot();
    }

    /** How many bytes of memory this node uses for values of the network, about. */
    public long storedBytes() {
        return node.storedBytes();
    }

    /** How many other nodes this one knows to be there. */
    public int neighbours() {
        return node.neighbours();
    }

    /** Who TomP2P says we are. */
    PeerAddress peerAddress() {
        return node.peer().peerAddress();
    }

    /** Makes a member of the network known to this node, if it answers. */
    void introduce(InetSocketAddress member) {
        node.ask(member);
    }

    /** {@inheritDoc} Waits at most 6 s for a running callback and TomP2P's threads to end; mostly some milliseconds. */
    @Override
    public void close() {
        thread.close();
        pending.close();
        node.close();
    }

    private int nodeMillis() {
        return (int) config.nodeTimeout().toMillis();
    }

    private static long now() {
        return System.currentTimeMillis() / 1000;
    }
}
