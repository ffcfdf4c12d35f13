package dev.culvert.dht;

import dev.culvert.transport.PeerId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the queued messages of senders that are away: sealed records on disk, put into the DHT again and again until
 * their sender says that they were received, or their time is over. It can read none of them and needs no trust for that:
 * a receiver takes only what the sender signed. It could hold them back, or write over their slots; a sender may use
 * several.
 *
 * <p>What carries the requests authenticates the senders. Calls come from any thread and do not block; all work is done on
 * its thread {@code culvert-keeper}, which ends with {@link #close}; the engine stays the caller's.
 */
public final class Keeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

    /** Its sender has put a new record just now. */
    private static final Duration BEFORE_FIRST_PUT = Duration.ofSeconds(2);

    /** Between two records after a start, when all are due. */
    private static final Duration PACE_AFTER_START = Duration.ofMillis(50);

    private static final Duration FIRST_RETRY = Duration.ofSeconds(2);
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(5);
    private static final Duration COMPACT_PERIOD = Duration.ofHours(1);

    private final Dht engine;
    private final Dht dht; // with room for records of any size
    private final KeeperStore store;
    private final KeeperConfig config;
    private final TaskLoop<Task> loop;
    private final KeeperShelf shelf; // loop thread only, as all below
    private final Map<KeeperStore.Place, Integer> failures = new HashMap<>();
    private final PollSchedule schedule = new PollSchedule(RandomGenerator.of("L64X128MixRandom"));
    private final Set<PeerId> allowed = ConcurrentHashMap.newKeySet();
    private final EventCounters<KeeperEvent> events = new EventCounters<>(KeeperEvent.class);
    private final PendingFutures pending = new PendingFutures("The keeper");

    private sealed interface Task {
        record Put(KeeperStore.Place place) implements Task {}

        record Compact() implements Task {}
    }

    /**
     * How much a keeper holds.
     *
     * @param records of all senders
     * @param bytes of all records
     */
    public record Held(int records, long bytes) {}

    private Keeper(Dht engine, KeeperStore store, KeeperConfig config, Clock clock) {
        this.engine = engine;
        this.dht = SplittingDht.over(engine);
        this.store = store;
        this.config = config;
        this.loop = new TaskLoop<>("culvert-keeper", clock, this::run);
        this.shelf = new KeeperShelf(config, dht.capabilities().maxValueBytes());
    }

    /**
     * Opens a keeper and takes up what an earlier one left in the directory.
     *
     * @param engine joined to its network; it is used as it is, so give no {@link SplittingDht}
     * @param directory for this keeper alone, made if need be, readable by its user only
     * @param clock tells when records end and are put again
     * @throws StoreLockedException if another keeper uses the directory
     * @throws StoreUnreadableException if what it holds can not be read
     */
    public static Keeper open(Dht engine, Path directory, KeeperConfig config, Clock clock) {
        KeeperStore store = KeeperStore.open(directory);
        Keeper keeper = new Keeper(engine, store, config, clock);
        try {
            Instant now = clock.instant();
            store.visit((place, entry) -> {
                keeper.shelf.put(place, entry, now);
                long before = keeper.shelf.records() - 1L;
                keeper.loop.at(new Task.Put(place), now.plus(PACE_AFTER_START.multipliedBy(before)));
            });
        } catch (RuntimeException e) {
            keeper.close();
            throw e;
        }
        boolean unused = keeper.loop.execute(() -> keeper.loop.after(new Task.Compact(), COMPACT_PERIOD));
        return keeper;
    }

    /** Takes requests of these senders from now on. What they left before is held whether they are allowed or not. */
    public void allow(Collection<PeerId> senders) {
        allowed.addAll(senders);
    }

    /** Takes no more requests of a sender, and drops what it left. */
    public CompletableFuture<Void> dismiss(PeerId sender) {
        allowed.remove(sender);
        return submit(() -> {
            shelf.of(sender).forEach(this::remove);
            return null;
        });
    }

    /**
     * Does what a sender asks for.
     *
     * @param sender authenticated by whatever carried the request
     * @param request the bytes that a {@link MessageQueue} gave to its {@link KeeperLine}
     * @return completes when it is done and on disk, with what to send back, if anything
     */
    public CompletableFuture<Optional<byte[]>> request(PeerId sender, byte[] request) {
        if (!allowed.contains(sender)) {
            events.count(KeeperEvent.NOT_ALLOWED);
            return CompletableFuture.completedFuture(Optional.empty());
        }
        Optional<KeeperMessage> message = KeeperMessage.decode(request);
        if (message.isPresent() && message.get() instanceof KeeperMessage.Keep keep) {
            // Allowed still? It may have been dismissed while this waited for its turn.
            return submit(() ->
                    allowed.contains(sender) ? Optional.of(keep(sender, keep).encode()) : Optional.empty());
        }
        if (message.isPresent() && message.get() instanceof KeeperMessage.Drop drop) {
            return submit(() -> {
                drop(sender, drop.records());
                return Optional.empty();
            });
        }
        events.count(KeeperEvent.MALFORMED);
        return CompletableFuture.completedFuture(Optional.empty());
    }

    private KeeperMessage.Answer keep(PeerId sender, KeeperMessage.Keep keep) {
        Instant now = loop.now();
        KeeperVerdict verdict = shelf.admits(sender, now) ? shelf.judge(sender, keep, now) : KeeperVerdict.TOO_FAST;
        if (verdict == KeeperVerdict.KEPT) {
            verdict = write(new KeeperStore.Place(sender, keep.slot().slot()), keep, now);
        } else {
            events.count(
                    switch (verdict) {
                        case FULL -> KeeperEvent.REFUSED_FULL;
                        case TOO_FAST -> KeeperEvent.REFUSED_FAST;
                        default -> KeeperEvent.REFUSED_RECORD;
                    });
        }
        return new KeeperMessage.Answer(keep.slot().slot(), keep.sequence(), verdict);
    }

    private KeeperVerdict write(KeeperStore.Place place, KeeperMessage.Keep keep, Instant now) {
        KeeperStore.Entry old = shelf.entry(place);
        if (old != null && old.sequence() == keep.sequence()) {
            events.count(KeeperEvent.HELD_ALREADY); // the first one counts: a sender numbers each record once
            return KeeperVerdict.KEPT;
        }
        try {
            shelf.put(place, store.put(place.sender(), keep), now);
        } catch (StoreUnreadableException e) {
            events.count(KeeperEvent.DISK_FAILED);
            LOG.error("A record can not be kept", e);
            return KeeperVerdict.DISK_FAILED;
        }
        events.count(KeeperEvent.TAKEN);
        failures.remove(place);
        loop.at(new Task.Put(place), now.plus(schedule.jittered(BEFORE_FIRST_PUT)));
        return KeeperVerdict.KEPT;
    }

    private void drop(PeerId sender, List<KeeperMessage.Dropped> records) {
        for (KeeperMessage.Dropped dropped : records) {
            KeeperStore.Place place = new KeeperStore.Place(sender, dropped.slot());
            KeeperStore.Entry entry = shelf.entry(place);
            if (entry != null && entry.sequence() <= dropped.sequence()) {
                events.count(KeeperEvent.DROPPED);
                remove(place);
            }
        }
    }

    private void remove(KeeperStore.Place place) {
        store.remove(place);
        shelf.remove(place);
        failures.remove(place);
        loop.cancel(new Task.Put(place)::equals);
    }

    private void run(Task task) {
        if (task instanceof Task.Put put) {
            put(put);
        } else {
            loop.after(task, COMPACT_PERIOD);
            store.compact();
        }
    }

    private void put(Task.Put task) {
        KeeperStore.Place place = task.place();
        KeeperStore.Entry entry = shelf.entry(place);
        if (entry == null) {
            return;
        }
        Instant now = loop.now();
        if (!entry.expiry().isAfter(now)) {
            events.count(KeeperEvent.EXPIRED);
            remove(place);
            return;
        }
        Optional<KeeperMessage.Keep> kept;
        try {
            kept = store.get(place);
        } catch (StoreUnreadableException e) {
            events.count(KeeperEvent.DISK_FAILED);
            LOG.error("A kept record can not be read; it is tried again in {}", LONGEST_RETRY, e);
            loop.after(task, LONGEST_RETRY);
            return;
        }
        if (kept.isEmpty()) {
            shelf.remove(place);
            return;
        }
        loop.call(
                () -> putUnlessOther(kept.get(), Duration.between(now, entry.expiry())),
                (stored, failure) -> putDone(task, entry, now, failure));
    }

    /**
     * Where the network numbers the values itself, a put of ours would take the place of a newer one of the sender's that
     * we were not told of; there only the slot's writers can put anything, so what is there is to stay.
     */
    private CompletableFuture<Integer> putUnlessOther(KeeperMessage.Keep kept, Duration life) {
        if (engine.capabilities().manyWriters()) {
            return dht.put(kept.slot(), kept.sequence(), kept.record(), life);
        }
        byte[] ours = SplittingDht.inSlot(dht, kept.slot(), kept.sequence(), kept.record());
        return engine.get(kept.slot().slot()).thenCompose(values -> {
            if (values.isEmpty() || values.stream().anyMatch(value -> Arrays.equals(value, ours))) {
                return dht.put(kept.slot(), kept.sequence(), kept.record(), life);
            }
            events.count(KeeperEvent.OTHER_THERE);
            return CompletableFuture.completedFuture(0);
        });
    }

    private void putDone(Task.Put task, KeeperStore.Entry entry, Instant began, @Nullable Throwable failure) {
        if (failure == null) {
            events.count(KeeperEvent.PUT);
        } else {
            events.count(KeeperEvent.PUT_FAILED);
        }
        if (!entry.equals(shelf.entry(task.place()))) {
            return; // dropped, or replaced by one that has its own time
        }
        if (failure == null) {
            failures.remove(task.place());
            loop.at(task, earlier(began.plus(schedule.jittered(period())), entry.expiry()));
        } else {
            int count = failures.merge(task.place(), 1, Integer::sum);
            LOG.debug("A record could not be put, try {}: {}", count, failure.toString());
            loop.after(task, schedule.retry(FIRST_RETRY, LONGEST_RETRY, count));
        }
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private Duration period() {
        Duration half = engine.capabilities().maxTtl().dividedBy(2);
        return config.republishPeriod().compareTo(half) < 0 ? config.republishPeriod() : half;
    }

    /** How much it holds now. */
    public CompletableFuture<Held> held() {
        return submit(() -> new Held(shelf.records(), shelf.bytes()));
    }

    /** What happened so far. */
    public Map<KeeperEvent, Long> events() {
        return events.snapshot();
    }

    /** For tests in virtual time: whether all is done that was to be done by now. */
    CompletableFuture<Boolean> idle() {
        return submit(loop::isIdle);
    }

    private <T> CompletableFuture<T> submit(java.util.function.Supplier<T> action) {
        CompletableFuture<T> result = pending.create();
        boolean accepted = loop.execute(() -> {
            try {
                result.complete(action.get());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        if (!accepted) {
            pending.close();
        }
        return result;
    }

    /** Ends the work and the thread, waits at most 1 s. Records stay on disk. Idempotent. */
    @Override
    public void close() {
        loop.close();
        pending.close();
        store.close();
    }
}
