package dev.culvert.peer;

import dev.culvert.transport.EndCause;
import dev.culvert.transport.PeerId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every connection of a transport and every attempt at one, from its first step until it is over: the one place that
 * knows them all. A peer that has any takes one slot, and keeps it while a new connection replaces an old one. There is
 * one map; what is asked by number or address is looked for in it, and every count is one of its entries, so there is
 * nothing beside it that could disagree.
 *
 * <p>Each takes itself out when it ends, whatever ends it. A sweep, a second after an end and every half minute, looks for
 * any that should have and did not. Changed on the event loop only; counts from any thread. Lives as long as its transport.
 */
final class Connections {
    /** So that what an end sets off is done. */
    static final Duration SWEEP_AFTER_END = Duration.ofSeconds(1);

    static final Duration SWEEP_PERIOD = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    /** What is registered: knows about itself what the registry is asked. Event loop only, but for {@link #isUp}. */
    interface Entry {
        PeerId peer();

        /** Counted from 1 for each transport. */
        long id();

        /** Whether the peer has proved itself. Any thread. */
        boolean isUp();

        /** Whether it ever was up. */
        boolean hasBeenUp();

        /** The connection as it is now; only while it is up. */
        ConnectionInfo info();

        /** What may be lost goes this way; null unless it is up. Any thread. */
        @Nullable
        RealTimeChannel realTime();

        Duration age();

        /** Why it should be over, if it should. */
        @Nullable
        String overdue();

        /** Ends it; its owner is told. */
        void end(EndCause cause, String detail);
    }

    private final Map<PeerId, List<Entry>> byPeer = new ConcurrentHashMap<>();
    private final EventLoop loop;
    private final int slots;
    private final Consumer<ConnectionEnd> ended;
    private final LongSupplier contexts;
    private long numbers;
    private boolean sweepPlanned;
    private boolean periodPlanned;

    /**
     * @param slots most peers that are connected or on their way
     * @param contexts how many paths are open, each of which must be one entry's
     * @param ended told of each end, on the event loop
     */
    Connections(EventLoop loop, int slots, LongSupplier contexts, Consumer<ConnectionEnd> ended) {
        this.loop = loop;
        this.slots = slots;
        this.contexts = contexts;
        this.ended = ended;
    }

    /** Whether a connection to this peer may be begun. */
    boolean hasRoomFor(PeerId peer) {
        return byPeer.containsKey(peer) || byPeer.size() < slots;
    }

    int slots() {
        return slots;
    }

    /** A number for a new entry. */
    long nextId() {
        return ++numbers;
    }

    void add(Entry entry) {
        byPeer.computeIfAbsent(entry.peer(), peer -> new CopyOnWriteArrayList<>())
                .add(entry);
        if (!periodPlanned) {
            periodPlanned = true;
            var unused = loop.schedule(this::sweepAndPlan, SWEEP_PERIOD);
        }
    }

    /** It is over and has let go of all it had. Nothing happens if it is not here. */
    void remove(Entry entry, EndCause cause, String detail) {
        List<Entry> ofPeer = byPeer.get(entry.peer());
        if (ofPeer == null || !ofPeer.remove(entry)) {
            return;
        }
        if (ofPeer.isEmpty()) {
            byPeer.remove(entry.peer());
        }
        if (!sweepPlanned) {
            sweepPlanned = true;
            var unused = loop.schedule(
                    () -> {
                        sweepPlanned = false;
                        sweep();
                    },
                    SWEEP_AFTER_END);
        }
        ended.accept(new ConnectionEnd(
                entry.peer(), entry.id(), cause, detail, entry.hasBeenUp(), entry.age(), connected(), freeSlots()));
    }

    // ---- the sweep

    private void sweepAndPlan() {
        sweep();
        periodPlanned = !byPeer.isEmpty();
        if (periodPlanned) {
            var unused = loop.schedule(this::sweepAndPlan, SWEEP_PERIOD);
        }
    }

    /** Ends what should be over. */
    private void sweep() {
        for (Entry entry : all().toList()) {
            String why = entry.overdue();
            if (why != null) {
                LOG.warn(
                        "Connection {} to {} was left over: {}",
                        entry.id(),
                        entry.peer().toShortString(),
                        why);
                entry.end(EndCause.SWEPT, why);
                remove(entry, EndCause.SWEPT, why);
            }
        }
        long open = contexts.getAsLong();
        long known = all().count();
        if (open > known) {
            LOG.warn("{} paths are open for {} connections", open, known);
        }
    }

    // ---- look-ups

    private Stream<Entry> all() {
        return byPeer.values().stream().flatMap(List::stream);
    }

    private Stream<ConnectionInfo> live() {
        return all().filter(Entry::isUp).map(Entry::info);
    }

    /** Those that are up. */
    List<ConnectionInfo> list() {
        return live().toList();
    }

    Optional<ConnectionInfo> of(PeerId peer) {
        return byPeer.getOrDefault(peer, List.of()).stream()
                .filter(Entry::isUp)
                .findFirst()
                .map(Entry::info);
    }

    /** Of a peer's live connection, if there is one. Any thread. */
    @Nullable
    RealTimeChannel realTime(PeerId peer) {
        for (Entry entry : byPeer.getOrDefault(peer, List.of())) {
            RealTimeChannel channel = entry.realTime();
            if (channel != null) {
                return channel;
            }
        }
        return null;
    }

    Optional<ConnectionInfo> byId(long id) {
        return live().filter(connection -> connection.id() == id).findFirst();
    }

    /** Those whose datagrams go to this address: several only where one socket of a host serves several peers. */
    List<ConnectionInfo> at(InetSocketAddress remote) {
        return live().filter(connection -> connection.pair().remoteAddress().equals(remote))
                .toList();
    }

    // ---- counts, from any thread

    /** Peers that are connected. */
    int connected() {
        return (int) byPeer.values().stream()
                .filter(entries -> entries.stream().anyMatch(Entry::isUp))
                .count();
    }

    /** Peers that are on their way to be. */
    int connecting() {
        return (int) byPeer.values().stream()
                .filter(entries -> entries.stream().noneMatch(Entry::isUp))
                .count();
    }

    int freeSlots() {
        return slots - byPeer.size();
    }

    void addTo(Map<String, Long> counts) {
        counts.put("connections.up", (long) connected());
        counts.put("connections.coming-up", (long) connecting());
        counts.put("connections.free-slots", (long) freeSlots());
    }
}
