package dev.culvert.dht;

import dev.culvert.transport.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves the outbox's sealed messages with keepers, and tells them which are needed no more. What was asked of whom is on
 * disk, so that a restart does not ask again; after a day it is asked again all the same, as the keeper may have lost its
 * disk, or its answer the way. Runs on the queue's thread only, and lives as long as its queue.
 */
final class OutboxKeepers {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxKeepers.class);

    private static final Duration ASK_AGAIN_AFTER = Duration.ofDays(1);

    /** What is over ends by itself with its record's life. */
    private static final int MAX_EARLY = 10_000;

    private final QueueContext queue;
    private final IntSupplier messages;
    private final Map<PeerId, KeeperSide<Place>> keepers = new LinkedHashMap<>();
    private final Map<Place, Parcel> parcels = new HashMap<>();
    private final Map<Slot, Place> bySlot = new HashMap<>();
    private final List<CompletableFuture<Void>> awaiting = new ArrayList<>();
    private final List<Early> early = new ArrayList<>();
    private final Set<PeerId> refusing = new HashSet<>();
    private int kept;
    private @Nullable KeeperLine line;

    /** A message of the outbox. */
    private record Place(PeerId to, long ordinal) {}

    /** What a keeper is to drop of a message that was gone before it was offered in this run. */
    private record Early(PeerId keeper, KeeperMessage.Dropped record) {}

    /** A message as it was sealed. */
    private static final class Parcel {
        final WritableSlot slot;
        final long generation;
        final long sequence;
        final Instant expiry;
        final Map<PeerId, KeeperMark> marks = new HashMap<>();

        /** Keepers that a request is on its way to. */
        final Set<PeerId> asking = new HashSet<>();

        Parcel(WritableSlot slot, SealedMessage sealed, Instant expiry) {
            this.slot = slot;
            this.generation = sealed.generation();
            this.sequence = sealed.sequence();
            this.expiry = expiry;
        }

        boolean isKept() {
            return marks.values().stream().anyMatch(KeeperMark::kept);
        }
    }

    /**
     * @param messages how many messages of the outbox are for keepers to hold
     */
    OutboxKeepers(QueueContext queue, IntSupplier messages) {
        this.queue = queue;
        this.messages = messages;
    }

    /** Sets who keeps, and the way there; what is in the outbox is to be offered after it. */
    void use(Set<PeerId> ids, KeeperLine way) {
        line = way;
        ids.forEach(id -> keepers.computeIfAbsent(id, KeeperSide::new));
        // What is for a keeper is left with none, and must not be counted as kept.
        for (Place place : List.copyOf(parcels.keySet())) {
            if (isKeeper(place.to())) {
                forget(place, parcels.remove(place));
            }
        }
        dropEarly();
        tell();
    }

    boolean isKeeper(PeerId peer) {
        return keepers.containsKey(peer);
    }

    /** Whether messages for this peer are offered; those for keepers themselves are not. */
    boolean takeFor(PeerId to) {
        return !keepers.isEmpty() && !isKeeper(to);
    }

    /** A message that is to be put. */
    void offer(PeerId to, long ordinal, WritableSlot slot, SealedMessage sealed, Instant expiry) {
        if (!takeFor(to)) {
            return;
        }
        Place place = new Place(to, ordinal);
        Parcel parcel = parcels.get(place);
        if (parcel == null || parcel.sequence != sealed.sequence()) {
            forget(place, parcel);
            parcel = new Parcel(slot, sealed, expiry);
            parcel.marks.putAll(marks(to, ordinal, sealed.sequence()));
            parcel.marks.keySet().retainAll(keepers.keySet());
            parcels.put(place, parcel);
            bySlot.put(slot.slot(), place);
            kept += parcel.isKept() ? 1 : 0;
            tell();
        }
        Instant askAgainBefore = queue.loop().now().minus(ASK_AGAIN_AFTER);
        for (KeeperSide<Place> side : keepers.values()) {
            KeeperMark mark = parcel.marks.get(side.keeper());
            boolean due = mark == null || mark.since().isBefore(askAgainBefore);
            if (due && !parcel.asking.contains(side.keeper()) && side.offer(place)) {
                pump(side);
            }
        }
    }

    /** A record that an earlier run left with keepers, and that must not be put any more. */
    void withdraw(PeerId to, long ordinal, Slot slot, long sequence) {
        if (keepers.isEmpty()) {
            return;
        }
        marks(to, ordinal, sequence).keySet().forEach(keeper -> {
            KeeperSide<Place> side = keepers.get(keeper);
            if (side != null) {
                side.drop(new KeeperMessage.Dropped(slot, sequence));
                pump(side);
            }
        });
    }

    private Map<PeerId, KeeperMark> marks(PeerId to, long ordinal, long sequence) {
        Map<PeerId, KeeperMark> marks = queue.store().keeperMarks(to, ordinal);
        marks.values().removeIf(mark -> mark.sequence() != sequence);
        return marks;
    }

    /** Before the state changes on disk, with which the marks go: what an earlier run left with keepers is to be dropped, too. */
    void leaving(PeerId to, RecordKeys keys, OutboxState old, OutboxState next) {
        long end = next.generation() == old.generation() ? next.head() : old.tail();
        for (long ordinal = old.head(); ordinal < end; ordinal++) {
            if (!parcels.containsKey(new Place(to, ordinal)) && early.size() < MAX_EARLY) {
                Map<PeerId, KeeperMark> marks = queue.store().keeperMarks(to, ordinal);
                if (!marks.isEmpty()) {
                    Slot slot = keys.outboxToPeer(old.indexOf(ordinal)).slot();
                    marks.forEach((keeper, mark) ->
                            early.add(new Early(keeper, new KeeperMessage.Dropped(slot, mark.sequence()))));
                }
            }
        }
        dropEarly();
    }

    /** As soon as it is known who the keepers are. */
    private void dropEarly() {
        if (line == null) {
            return;
        }
        for (Early over : early) {
            KeeperSide<Place> side = keepers.get(over.keeper());
            if (side != null) {
                side.drop(over.record());
                pump(side);
            }
        }
        early.clear();
    }

    /** Messages from one ordinal to before another were acknowledged, given up, or are numbered anew. */
    void gone(PeerId to, long from, long end) {
        for (long ordinal = from; ordinal < end; ordinal++) {
            Place place = new Place(to, ordinal);
            forget(place, parcels.remove(place));
        }
        tell(); // not before the last one: the outbox is without all of them already
    }

    private void forget(Place place, @Nullable Parcel parcel) {
        if (parcel == null) {
            return;
        }
        bySlot.remove(parcel.slot.slot());
        kept -= parcel.isKept() ? 1 : 0;
        for (KeeperSide<Place> side : keepers.values()) {
            side.forget(place);
            if (parcel.marks.containsKey(side.keeper())) {
                side.drop(new KeeperMessage.Dropped(parcel.slot.slot(), parcel.sequence));
                if (side.isWell()) {
                    queue.loop()
                            .at(
                                    new QueueTask.AskKeeper(side.keeper()),
                                    queue.loop().now());
                }
            }
        }
    }

    /** Goes on with a keeper; with one that failed, by a single try. */
    void ask(QueueTask.AskKeeper task) {
        KeeperSide<Place> side = keepers.get(task.peer());
        if (side == null) {
            return;
        }
        boolean tryOne = side.endPause(queue.loop().now(), queue.config().longestRetry());
        boolean mayTry = tryOne ? side.hasRoom() : !side.isWell() && side.isQuiet();
        boolean sent = mayTry && sendNext(side, tryOne);
        if (!sent && side.isQuiet()) {
            side.forgetFailures();
        }
        pump(side);
        Instant pausedUntil = side.pausedUntil();
        if (pausedUntil != null) {
            queue.loop().atLatest(task, pausedUntil);
        }
    }

    private void pump(KeeperSide<Place> side) {
        while (side.isWell() && side.hasRoom() && sendNext(side, false)) {
            // One more.
        }
    }

    /** False when there is nothing to send; in a pause only drops are, which make room, unless the pause is to be tried. */
    private boolean sendNext(KeeperSide<Place> side, boolean inPauseToo) {
        if (side.hasDrops()) {
            sendDrops(side);
            return true;
        }
        for (Place place = side.takeMessage(inPauseToo); place != null; place = side.takeMessage(inPauseToo)) {
            Parcel parcel = parcels.get(place);
            Optional<SealedMessage> sealed = parcel == null
                    ? Optional.empty()
                    : queue.store().sealed(place.to(), place.ordinal(), parcel.generation);
            if (parcel != null && sealed.isPresent()) {
                sendKeep(side, place, parcel, sealed.get());
                return true;
            }
        }
        return false;
    }

    private void sendDrops(KeeperSide<Place> side) {
        List<KeeperMessage.Dropped> dropped = side.takeDrops();
        send(side, new KeeperMessage.Drop(dropped), sent -> {
            if (!sent) {
                dropped.forEach(side::drop);
            }
        });
    }

    private void sendKeep(KeeperSide<Place> side, Place place, Parcel parcel, SealedMessage sealed) {
        parcel.asking.add(side.keeper());
        KeeperMessage.Keep keep =
                new KeeperMessage.Keep(parcel.slot, sealed.sequence(), parcel.expiry, sealed.record());
        send(side, keep, sent -> {
            parcel.asking.remove(side.keeper());
            if (!parcel.equals(parcels.get(place))) {
                // Acknowledged meanwhile, or numbered anew: the keeper was not told yet, and may have it in spite of a
                // failure.
                side.drop(new KeeperMessage.Dropped(parcel.slot.slot(), parcel.sequence));
                return;
            }
            if (sent) {
                KeeperMark answered = parcel.marks.get(side.keeper()); // the answer may have been quicker
                mark(place, parcel, side, answered != null && answered.kept());
            } else {
                side.offer(place);
            }
        });
    }

    /** Told whether a request went out. */
    private interface Sent {
        void done(boolean sent);
    }

    private void send(KeeperSide<Place> side, KeeperMessage message, Sent then) {
        KeeperLine way = line;
        if (way == null) {
            return;
        }
        side.sent();
        queue.loop().await(() -> way.send(side.keeper(), message.encode()).thenApply(sent -> true), (sent, failure) -> {
            int failures = side.ended(failure != null);
            then.done(failure == null);
            if (failure == null) {
                pump(side);
            } else {
                queue.count(QueueEvent.KEEPER_FAILED);
                LOG.debug("A keeper could not be asked, try {}: {}", failures, failure.toString());
                queue.loop().after(new QueueTask.AskKeeper(side.keeper()), queue.retryWait(failures));
            }
        });
    }

    private void mark(Place place, Parcel parcel, KeeperSide<Place> side, boolean isKept) {
        boolean before = parcel.isKept();
        KeeperMark mark = new KeeperMark(parcel.sequence, queue.loop().now(), isKept);
        parcel.marks.put(side.keeper(), mark);
        queue.store().keepMark(place.to(), place.ordinal(), side.keeper(), mark);
        kept += (parcel.isKept() ? 1 : 0) - (before ? 1 : 0);
        tell();
    }

    /** What a keeper sent. */
    void answered(PeerId keeper, byte[] bytes) {
        KeeperSide<Place> side = keepers.get(keeper);
        Optional<KeeperMessage> message = KeeperMessage.decode(bytes);
        if (side == null || message.isEmpty() || !(message.get() instanceof KeeperMessage.Answer answer)) {
            queue.count(QueueEvent.BAD_ANSWER);
            return;
        }
        Place place = bySlot.get(answer.slot());
        Parcel parcel = place == null ? null : parcels.get(place);
        if (place == null || parcel == null || parcel.sequence != answer.sequence()) {
            if (answer.verdict() == KeeperVerdict.KEPT) {
                // Acknowledged meanwhile, or numbered anew; a drop that took a quicker way may have come too early.
                side.drop(new KeeperMessage.Dropped(answer.slot(), answer.sequence()));
                pump(side);
            }
            return;
        }
        if (answer.verdict() == KeeperVerdict.KEPT) {
            queue.count(QueueEvent.KEPT);
            mark(place, parcel, side, true);
            side.taken();
            pump(side);
        } else {
            refused(place, parcel, side, answer.verdict());
        }
    }

    private void refused(Place place, Parcel parcel, KeeperSide<Place> side, KeeperVerdict verdict) {
        queue.count(QueueEvent.KEEPER_REFUSED);
        if (refusing.add(side.keeper())) {
            LOG.warn(
                    "Keeper {} refuses a message: {}; further ones are only counted",
                    side.keeper().toShortString(),
                    verdict);
        }
        mark(place, parcel, side, false);
        if (verdict.isForNow()) {
            // Offered again after a while, and what else is waiting then if it is taken.
            Instant until = queue.loop().now().plus(queue.config().longestRetry());
            side.refuse(place, until);
            queue.loop()
                    .atLatest(
                            new QueueTask.AskKeeper(side.keeper()),
                            Objects.requireNonNullElse(side.pausedUntil(), until));
        }
    }

    /** Completes the result when every message is with a keeper; fails it when there is no keeper. */
    void whenKept(CompletableFuture<Void> result) {
        if (keepers.isEmpty()) {
            throw new IllegalStateException(
                    "No keeper was set; give one to the queue or the transport's builder first");
        }
        awaiting.add(result);
        tell();
    }

    private void tell() {
        if (!awaiting.isEmpty() && kept >= messages.getAsInt()) {
            List<CompletableFuture<Void>> all = List.copyOf(awaiting);
            awaiting.clear();
            all.forEach(result -> result.complete(null));
        }
    }
}
