package dev.culvert.dht;

import dev.culvert.dht.Dht.Subscription;
import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.TransportClosedException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where peers publish how to reach them, and look each other up: one sealed record for each pair of peers and day, and
 * an opt-in public one. Calls may come from any thread and do not block; futures complete, and watchers are called, on
 * the engine's thread. Lives until {@link #close}, which ends its watches and its one thread {@code culvert-directory}
 * (there once something is watched) but not the engine.
 */
public final class CandidateDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CandidateDirectory.class);

    /** Looks often enough at the date to notice a clock that was set or a machine that slept. */
    private static final Duration LONGEST_ROLL = Duration.ofMinutes(10);

    private final Identity self;
    private final Dht dht;
    private final Clock clock;
    private final SequenceSource sequences;
    private final EventCounters<RejectReason> counters = new EventCounters<>(RejectReason.class);
    private final RecordOpener opener;
    private final NewestSeen newest = new NewestSeen();
    private final NewestSeen newestPublic = new NewestSeen();
    private final Set<CandidateWatch> watches = ConcurrentHashMap.newKeySet();
    private final EngineThread thread = new EngineThread("culvert-directory");
    private boolean rolling; // guarded by this
    private volatile boolean closed;

    private CandidateDirectory(Identity self, Dht dht, Clock clock) {
        this.self = self;
        this.dht = dht;
        this.clock = clock;
        this.sequences = new SequenceSource(clock);
        this.opener = new RecordOpener(self, dht.capabilities().maxValueBytes(), counters);
    }

    /**
     * A directory on an engine that stays the caller's.
     *
     * @param self who publishes, and whose records are opened
     * @param clock gives days, expiry times and sequence numbers
     */
    public static CandidateDirectory open(Identity self, Dht dht, Clock clock) {
        return new CandidateDirectory(self, dht, clock);
    }

    /**
     * Publishes a description for one peer, in place of an earlier one of today. It is found until the end of the next
     * day (UTC), or until the ttl is over; publish again before.
     *
     * @param description opaque here
     * @param ttl above zero, at most 7 days
     * @return the number of nodes that stored it; fails with {@link MessageTooLargeException} when the sealed record
     *     would be over the engine's limit
     */
    public CompletableFuture<Integer> publish(PeerId to, byte[] description, Duration ttl) {
        return attempt(() -> {
            WritableSlot slot = RecordKeys.between(self, to).candidatesToPeer(today());
            byte[] key = slot.slot().key();
            long sequence = sequences.next();
            byte[] record = SealedRecord.seal(self, to, key, sequence, expiry(ttl), description);
            return dht.put(slot, sequence, record, ttl);
        });
    }

    /**
     * Looks up what a peer published for us, yesterday, today or (its clock may be ahead) tomorrow.
     *
     * @return the newest verified one; empty when there is none, or only one older than was seen before; fails when no
     *     read worked
     */
    public CompletableFuture<Optional<Published>> lookup(PeerId from) {
        return attempt(() -> {
            RecordKeys keys = RecordKeys.between(self, from);
            List<CompletableFuture<List<VerifiedRecord>>> reads = days().mapToObj(keys::candidatesFromPeer)
                    .map(slot -> dht.get(slot).thenApply(values -> open(from, slot, values)))
                    .toList();
            return Gather.all(reads).thenApply(found -> accept(newest, from, found));
        });
    }

    /**
     * Publishes a description for everybody. It names us and is readable by all who know our peer id.
     *
     * @param ttl above zero, at most 7 days
     * @return the number of nodes that stored it
     */
    public CompletableFuture<Integer> publishPublic(byte[] description, Duration ttl) {
        return attempt(() -> {
            WritableSlot slot = RecordKeys.publicSlot(self);
            long sequence = sequences.next();
            byte[] record = PublicRecord.sign(self, slot.slot().key(), sequence, expiry(ttl), description);
            return dht.put(slot, sequence, record, ttl);
        });
    }

    /** Looks up what a peer published for everybody; otherwise as {@link #lookup}. */
    public CompletableFuture<Optional<Published>> lookupPublic(PeerId peer) {
        return attempt(() -> {
            Slot slot = RecordKeys.publicSlot(peer);
            return dht.get(slot)
                    .thenApply(values ->
                            opener.openPublic(peer, slot.key(), values, clock.instant(), newestPublic.of(peer)))
                    .thenApply(found -> accept(newestPublic, peer, found));
        });
    }

    /**
     * Passes on each record of a peer that is newer than all before it, until the subscription is closed.
     *
     * @param interval how often to look, for engines without push
     * @param listener called on an engine thread, one call at a time; what it throws is logged
     */
    public Subscription watch(PeerId from, Duration interval, Consumer<Published> listener) {
        if (closed) {
            throw new TransportClosedException("This candidate directory");
        }
        RecordKeys keys = RecordKeys.between(self, from);
        CandidateWatch watch = new CandidateWatch(
                listener,
                (day, values) -> dht.listen(keys.candidatesFromPeer(day), interval, values),
                (day, value) -> accept(newest, from, open(from, keys.candidatesFromPeer(day), List.of(value))));
        watches.add(watch);
        watch.roll(days());
        startRolling();
        if (closed) {
            watch.close();
        }
        return () -> {
            watches.remove(watch);
            watch.close();
        };
    }

    /** What was dropped, by reason. A record of yesterday beside a newer one of today counts as replayed. */
    public Map<RejectReason, Long> counters() {
        return counters.snapshot();
    }

    /** Moves every watch to the days around today. Called at midnight. */
    void rollWatches() {
        for (CandidateWatch watch : watches) {
            try {
                watch.roll(days());
            } catch (RuntimeException e) {
                LOG.warn("A watch could not move to the next day; it is tried again", e);
            }
        }
    }

    private synchronized void startRolling() {
        if (!rolling) {
            rolling = true;
            scheduleRoll();
        }
    }

    private void scheduleRoll() {
        Instant midnight =
                LocalDate.ofEpochDay(today() + 1).atStartOfDay(ZoneOffset.UTC).toInstant();
        Duration left = Duration.between(clock.instant(), midnight);
        Object unused = thread.schedule(
                () -> {
                    rollWatches();
                    scheduleRoll();
                },
                left.compareTo(LONGEST_ROLL) < 0 ? left : LONGEST_ROLL);
    }

    private List<VerifiedRecord> open(PeerId from, Slot slot, List<byte[]> values) {
        return opener.open(from, slot.key(), values, clock.instant(), newest.of(from));
    }

    /** The newest of the records found, unless another read saw a newer one while this one ran. */
    private Optional<Published> accept(NewestSeen seen, PeerId peer, List<VerifiedRecord> found) {
        Optional<VerifiedRecord> candidate = RecordOpener.newest(found);
        if (candidate.isPresent() && !seen.accept(peer, candidate.get().sequence())) {
            counters.count(RejectReason.REPLAYED);
            return Optional.empty();
        }
        return candidate.map(Published::of);
    }

    private Instant expiry(Duration ttl) {
        if (ttl.toSeconds() < 1 || ttl.compareTo(SignedBody.MAX_LIFE) > 0) {
            throw new IllegalArgumentException(
                    "A record lives between 1 s and " + SignedBody.MAX_LIFE.toDays() + " days, not " + ttl);
        }
        return clock.instant().plus(ttl);
    }

    private long today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).toEpochDay();
    }

    private LongStream days() {
        long today = today();
        return LongStream.rangeClosed(today - 1, today + 1);
    }

    private <T> CompletableFuture<T> attempt(Supplier<CompletableFuture<T>> call) {
        if (closed) {
            return CompletableFuture.failedFuture(new TransportClosedException("This candidate directory"));
        }
        try {
            return call.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        watches.forEach(CandidateWatch::close);
        watches.clear();
        thread.close();
    }
}
