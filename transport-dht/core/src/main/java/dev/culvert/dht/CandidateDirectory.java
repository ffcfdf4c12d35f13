package dev.culvert.dht;

import dev.culvert.dht.Dht.Subscription;
import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.TransportClosedException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where peers publish how to reach them, and look each other up: one sealed record for each pair of peers and day, and
 * an opt-in public one. Calls may come from any thread and do not block; futures complete, and watchers are called, on
 * the engine's thread or this directory's. Lives until {@link #close}, which ends its watches and its one thread {@code culvert-directory}
 * (there once something is watched) but not the engine.
 *
 * <p>What watching costs: an engine with push has three subscriptions for each peer. On one without, a look at a peer takes
 * 1.5 gets on average. At most 32 peers are looked at every 2 s or sooner, for a minute after a record came from them or was
 * published for them: 30 gets per second at most, 45 in the hours around midnight (UTC). All others are looked at in the
 * interval they are watched with, but with no more than 20 gets per second together (see {@link #open(Identity, Dht, Clock, int)}):
 * of 1000 quiet peers each is looked at every 75 s, of 60 every 5 s.
 */
public final class CandidateDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CandidateDirectory.class);

    /** Somebody who calls has published within this time. */
    private static final Duration JUST_PUBLISHED = Duration.ofMinutes(10);

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

    /** Those of {@link #watches} that subscribe to the days around today. */
    private final Set<CandidateWatch> pushed = ConcurrentHashMap.newKeySet();

    private final KnownKeys keys;
    private final CandidatePolls polls;
    private final EngineThread thread;
    private boolean rolling; // guarded by this
    private volatile boolean closed;

    CandidateDirectory(
            Identity self, Dht dht, Clock clock, InstantSource pace, EngineThread thread, int getsPerSecond) {
        this.self = self;
        this.dht = dht;
        this.clock = clock;
        this.sequences = new SequenceSource(clock);
        this.opener = new RecordOpener(self, dht.capabilities().maxValueBytes(), counters);
        this.keys = new KnownKeys(self);
        this.thread = thread;
        this.polls = new CandidatePolls(dht, clock, pace, thread, getsPerSecond);
    }

    /**
     * A directory on an engine that stays the caller's.
     *
     * @param self who publishes, and whose records are opened
     * @param clock gives days, expiry times and sequence numbers
     */
    public static CandidateDirectory open(Identity self, Dht dht, Clock clock) {
        return open(self, dht, clock, PollBudget.DEFAULT_GETS_PER_SECOND);
    }

    /**
     * The same with a limit of one's own.
     *
     * @param getsPerSecond for all watched peers without traffic together, on engines without push; at least 1
     */
    public static CandidateDirectory open(Identity self, Dht dht, Clock clock, int getsPerSecond) {
        if (getsPerSecond < 1) {
            throw new IllegalArgumentException("Watching takes at least 1 get per second, not " + getsPerSecond);
        }
        // Not the clock, which may be set: nobody would be looked at for the hours it went back.
        InstantSource pace = () -> Instant.EPOCH.plusNanos(System.nanoTime());
        return new CandidateDirectory(self, dht, clock, pace, new EngineThread("culvert-directory"), getsPerSecond);
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
            WritableSlot slot = keys.of(to).candidatesToPeer(today());
            byte[] key = slot.slot().key();
            long sequence = sequences.next();
            byte[] record = SealedRecord.seal(self, to, key, sequence, expiry(ttl), description);
            polls.traffic(to); // an answer may follow
            return dht.put(slot, sequence, record, ttl);
        });
    }

    /**
     * Looks up what a peer published for us: today, and if that was not just now, on the other days that its clock may stand at; the
     * days of a step are read at the same time.
     *
     * @return the newest verified one; empty when there is none, or only one older than was seen before; fails when no
     *     read worked
     */
    public CompletableFuture<Optional<Published>> lookup(PeerId from) {
        return attempt(() -> {
            RecordKeys shared = keys.of(from);
            Instant now = clock.instant();
            List<CompletableFuture<List<VerifiedRecord>>> todays = read(from, shared, List.of(today()));
            return Gather.settled(todays)
                    .thenCompose(found -> {
                        if (found.stream().anyMatch(record -> isJustPublished(record, now))) {
                            return CompletableFuture.completedFuture(found);
                        }
                        List<Long> more = found.isEmpty() ? CandidateDays.others(now) : CandidateDays.newer(now);
                        return Gather.all(Stream.concat(todays.stream(), read(from, shared, more).stream())
                                .toList());
                    })
                    .thenApply(found -> accept(newest, from, found));
        });
    }

    /** By its number, which is the publisher's time: then it is not one of a day that the publisher has left behind. */
    private static boolean isJustPublished(VerifiedRecord record, Instant now) {
        Duration age = Duration.between(Instant.ofEpochMilli(record.sequence()), now);
        return !age.isNegative() && age.compareTo(JUST_PUBLISHED) <= 0;
    }

    private List<CompletableFuture<List<VerifiedRecord>>> read(PeerId from, RecordKeys shared, List<Long> days) {
        return days.stream()
                .map(shared::candidatesFromPeer)
                .map(slot -> dht.get(slot).thenApply(values -> open(from, slot, values)))
                .toList();
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
     * @param interval how often to look, for engines without push; longer when there are too many peers without traffic
     * @param listener called on the engine's thread or this directory's, one call at a time; what it throws is logged
     */
    public Subscription watch(PeerId from, Duration interval, Consumer<Published> listener) {
        if (closed) {
            throw new TransportClosedException("This candidate directory");
        }
        RecordKeys shared = keys.of(from);
        CandidateWatch watch = new CandidateWatch(
                listener,
                (day, values) -> dht.listen(shared.candidatesFromPeer(day), interval, values),
                (day, value) -> watched(from, shared.candidatesFromPeer(day), value));
        Subscription looks = begin(watch, from, shared, interval);
        watches.add(watch);
        if (closed) {
            watch.close();
        }
        return () -> {
            looks.close();
            watches.remove(watch);
            pushed.remove(watch);
            watch.close();
        };
    }

    private Subscription begin(CandidateWatch watch, PeerId from, RecordKeys shared, Duration interval) {
        if (!dht.capabilities().push()) {
            return polls.watch(from, shared, interval, watch::found);
        }
        pushed.add(watch);
        watch.roll(days());
        startRolling();
        return () -> {};
    }

    private Optional<Published> watched(PeerId from, Slot slot, byte[] value) {
        Optional<Published> found = accept(newest, from, open(from, slot, List.of(value)));
        if (found.isPresent()) {
            polls.traffic(from);
        }
        return found;
    }

    /** What was dropped, by reason. A record of yesterday beside a newer one of today counts as replayed. */
    public Map<RejectReason, Long> counters() {
        return counters.snapshot();
    }

    /** Moves every watch to the days around today. Called at midnight. */
    void rollWatches() {
        for (CandidateWatch watch : pushed) {
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
        return CandidateDays.today(clock.instant());
    }

    private LongStream days() {
        return CandidateDays.all(clock.instant()).stream().mapToLong(Long::longValue);
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
        pushed.clear();
        thread.close();
        keys.clear();
    }
}
