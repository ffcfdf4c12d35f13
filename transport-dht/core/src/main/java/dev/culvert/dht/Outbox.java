package dev.culvert.dht;

import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.QueueFullException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sending half of the queue: keeps each message on disk, and by {@link OutboxPuts} in the DHT, until its receiver
 * acknowledges it or its time is over. Runs on the queue's thread only, and lives as long as its queue.
 */
final class Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

    /** What ended while we were away is told to a listener that comes within this time, and then to nobody. */
    private static final Duration WAIT_FOR_LISTENER = Duration.ofMinutes(1);

    private final QueueContext queue;
    private final OutboxKeepers keepers;
    private final OutboxPuts puts;
    private final Map<PeerId, OutboxLane> lanes = new HashMap<>();
    private final Instant listenerDue;
    private @Nullable BiConsumer<PeerId, MessageId> onExpired;

    Outbox(QueueContext queue, SealingKeys sealingKeys) {
        this.queue = queue;
        this.keepers = new OutboxKeepers(queue, this::sizeForKeepers);
        this.puts = new OutboxPuts(queue, sealingKeys, keepers, lanes);
        this.listenerDue = queue.loop().now().plus(WAIT_FOR_LISTENER);
    }

    OutboxKeepers keepers() {
        return keepers;
    }

    /** Leaves what waits, and all that comes, with keepers too. */
    void useKeepers(Set<PeerId> ids, KeeperLine line) {
        keepers.use(ids, line);
        lanes.values().stream().filter(lane -> lane.positioned).forEach(puts::all);
    }

    void onExpired(BiConsumer<PeerId, MessageId> listener) {
        onExpired = listener;
        lanes.values().forEach(this::scheduleExpiry);
    }

    /** Takes up what an earlier run left on disk. */
    void resume() {
        Instant now = queue.loop().now();
        queue.store().outboxes().forEach((peer, state) -> {
            OutboxLane lane = new OutboxLane(peer, RecordKeys.between(queue.self(), peer), state, now, true);
            lanes.put(peer, lane);
            for (long ordinal = state.head(); ordinal < state.tail(); ordinal++) {
                // Should the clock have been set back: what is sealed anew must be above what was put.
                queue.store()
                        .sealed(peer, ordinal, state.generation())
                        .ifPresent(made -> queue.sequences().above(made.sequence()));
                lane.added(queue.store()
                        .outgoing(peer, ordinal)
                        .map(message -> message.payload().length)
                        .orElse(0));
            }
            if (!state.isEmpty()) {
                puts.all(lane);
                queue.loop().at(new QueueTask.PollAck(peer), now);
                scheduleExpiry(lane);
            }
        });
    }

    /** Messages waiting in all. */
    int size() {
        return lanes.values().stream().mapToInt(lane -> lane.state.size()).sum();
    }

    private int sizeForKeepers() {
        return lanes.values().stream()
                .filter(lane -> !keepers.isKeeper(lane.peer))
                .mapToInt(lane -> lane.state.size())
                .sum();
    }

    int size(PeerId to) {
        OutboxLane lane = lanes.get(to);
        return lane == null ? 0 : lane.state.size();
    }

    /**
     * Takes a message.
     *
     * @param result completed when the message is on disk; a put may take many seconds, and is repeated anyway
     */
    void enqueue(PeerId to, RecordKeys keys, MessageId id, byte[] payload, CompletableFuture<Void> result) {
        Instant now = queue.loop().now();
        checkQuota(to, payload.length);
        OutboxLane lane = lanes.get(to);
        if (lane == null) {
            lane = new OutboxLane(to, keys, OutboxState.fresh(now), now, false);
        }
        OutboxState old = lane.state;
        long ordinal = old.tail();
        OutboxState next = (lane.numberedInThisRun ? old : old.restarted(now)).appended();
        if (next.generation() != old.generation()) {
            keepers.leaving(to, keys, old, next);
        }
        queue.store()
                .add(to, next, new OutgoingMessage(id, now.plus(queue.config().messageLife()), payload));
        lane.state = next;
        lane.numberedInThisRun = true;
        lane.lastActivity = now;
        lane.added(payload.length);
        lanes.put(to, lane);
        changed(lane, old);
        queue.count(QueueEvent.ENQUEUED);
        if (next.size() == 1) {
            scheduleExpiry(lane);
        }
        queue.loop().atLatest(new QueueTask.PollAck(to), lane.positioned ? now.plus(pollWait(lane)) : now);
        if (lane.positioned) {
            queue.loop().at(new QueueTask.Put(to, ordinal), now);
        }
        result.complete(null);
    }

    private void checkQuota(PeerId to, int length) {
        QueueConfig config = queue.config();
        OutboxLane lane = lanes.get(to);
        long bytes = lane == null ? 0 : lane.bytes;
        long bytesInAll = lanes.values().stream().mapToLong(each -> each.bytes).sum();
        if (size(to) >= config.quotaPerPeer()
                || size() >= config.quotaTotal()
                || bytes + length > config.quotaBytesPerPeer()
                || bytesInAll + length > config.quotaBytesTotal()) {
            queue.count(QueueEvent.REFUSED_FULL);
            throw new QueueFullException(
                    size(to) + " messages (" + bytes + " bytes) wait for this peer and " + size() + " (" + bytesInAll
                            + ") in all; the limits are " + config.quotaPerPeer() + " (" + config.quotaBytesPerPeer()
                            + ") and " + config.quotaTotal() + " (" + config.quotaBytesTotal()
                            + "). Wait for acknowledgements, or raise the quota");
        }
    }

    void put(QueueTask.Put task) {
        puts.put(task);
    }

    void remove(QueueTask.Remove task) {
        puts.remove(task);
    }

    void pollAck(QueueTask.PollAck task) {
        OutboxLane lane = lanes.get(task.peer());
        if (lane == null || lane.state.isEmpty() || lane.pollingAck) {
            return;
        }
        lane.pollingAck = true;
        // In case what follows fails: the acknowledgement is looked for again whatever happens.
        queue.loop().after(task, queue.config().slowestPollInterval());
        Slot slot = lane.keys.ackFromPeer();
        queue.loop().call(() -> queue.dht().get(slot), (values, failure) -> {
            lane.pollingAck = false;
            boolean first = !lane.positioned;
            lane.positioned = true;
            if (first) {
                puts.all(lane);
            }
            if (values == null) {
                queue.count(QueueEvent.GET_FAILED);
            } else {
                ackFound(lane, slot, values);
            }
            if (!lane.state.isEmpty()) {
                queue.loop().after(task, pollWait(lane));
            }
        });
    }

    private void ackFound(OutboxLane lane, Slot slot, List<byte[]> values) {
        Optional<VerifiedRecord> newest = queue.opener()
                .newest(lane.peer, slot.key(), values, queue.loop().now(), lane.state.ackSequence());
        if (newest.isEmpty() || newest.get().sequence() == lane.state.ackSequence()) {
            return;
        }
        Optional<QueueAck> ack = QueueAck.decode(newest.get().payload());
        if (ack.isEmpty()) {
            queue.count(QueueEvent.BAD_ACK);
            return;
        }
        OutboxState old = lane.state;
        OutboxState next = old.acknowledged(
                ack.get(), newest.get().sequence(), queue.loop().now());
        keepers.leaving(lane.peer, lane.keys, old, next);
        queue.store().update(lane.peer, old, next);
        lane.state = next;
        for (long ordinal = old.head(); ordinal < next.head(); ordinal++) {
            queue.count(QueueEvent.ACKNOWLEDGED);
            long index = old.indexOf(ordinal);
            queue.loop()
                    .at(
                            new QueueTask.Remove(lane.peer, old.generation(), index),
                            queue.loop().now());
        }
        changed(lane, old);
    }

    /** The oldest messages of so many bytes together, but one at least if any waits. */
    List<QueuedMessage> oldest(PeerId to, int maxBytes) {
        OutboxLane lane = lanes.get(to);
        List<QueuedMessage> found = new ArrayList<>();
        long bytes = 0;
        for (long ordinal = lane == null ? 0 : lane.state.head();
                lane != null && ordinal < lane.state.tail() && bytes < maxBytes;
                ordinal++) {
            Optional<OutgoingMessage> message = queue.store().outgoing(to, ordinal);
            if (message.isPresent()) {
                bytes += message.get().payload().length + OutgoingMessage.COST;
                found.add(new QueuedMessage(message.get().id(), message.get().payload()));
            }
        }
        return found;
    }

    /** Lets go of the oldest messages that are among these; returns how many. */
    int deliveredElsewhere(PeerId to, Set<MessageId> ids) {
        OutboxLane lane = lanes.get(to);
        if (lane == null) {
            return 0;
        }
        OutboxState old = lane.state;
        int count = 0;
        while (count < old.size() && isAmong(to, old.head() + count, ids)) {
            count++;
        }
        if (count > 0) {
            leave(lane, count);
            for (int i = 0; i < count; i++) {
                queue.count(QueueEvent.DELIVERED_ELSEWHERE);
            }
        }
        return count;
    }

    private boolean isAmong(PeerId to, long ordinal, Set<MessageId> ids) {
        // One that can not be read is of no use to anybody.
        return queue.store()
                .outgoing(to, ordinal)
                .map(message -> ids.contains(message.id()))
                .orElse(true);
    }

    /** Without the oldest messages, which the receiver will not acknowledge. */
    private void leave(OutboxLane lane, int count) {
        OutboxState old = lane.state;
        OutboxState next = old.without(count, queue.loop().now());
        keepers.leaving(lane.peer, lane.keys, old, next);
        queue.store().update(lane.peer, old, next);
        lane.state = next;
        changed(lane, old);
    }

    /** Gives up messages whose time is over, from the oldest on. */
    void expire(QueueTask.Expire task) {
        OutboxLane lane = lanes.get(task.peer());
        if (lane == null) {
            return;
        }
        Instant now = queue.loop().now();
        if (onExpired == null && now.isBefore(listenerDue)) {
            queue.loop().at(task, listenerDue);
            return;
        }
        OutboxState old = lane.state;
        int expired = 0;
        List<MessageId> ids = new ArrayList<>();
        for (long ordinal = old.head(); ordinal < old.tail(); ordinal++) {
            Optional<OutgoingMessage> message = queue.store().outgoing(lane.peer, ordinal);
            if (message.isPresent() && message.get().expiry().isAfter(now)) {
                break;
            }
            expired++;
            message.map(OutgoingMessage::id).ifPresent(ids::add);
        }
        if (expired > 0) {
            ids.forEach(id -> reportExpired(lane.peer, id)); // before they are gone: told twice after a crash, but told
            leave(lane, expired);
        }
        scheduleExpiry(lane);
    }

    private void reportExpired(PeerId peer, MessageId id) {
        queue.count(QueueEvent.EXPIRED);
        LOG.info("Gave up queued message {}: it was not acknowledged in time", id);
        if (onExpired == null) {
            return;
        }
        try {
            onExpired.accept(peer, id);
        } catch (RuntimeException | Error e) {
            LOG.warn("The listener for expired messages failed", e);
        }
    }

    /** After the head or the numbering of a lane changed. */
    private void changed(OutboxLane lane, OutboxState old) {
        for (long ordinal = old.head(); ordinal < lane.state.head(); ordinal++) {
            lane.failures.remove(ordinal);
            lane.removed();
            lane.lastActivity = queue.loop().now();
        }
        boolean renumbered = lane.state.generation() != old.generation();
        keepers.gone(lane.peer, old.head(), renumbered ? lane.state.tail() : lane.state.head());
        queue.loop().cancel(planned -> planned.peer().equals(lane.peer) && isObsolete(planned, lane.state, renumbered));
        if (renumbered) {
            queue.count(QueueEvent.RENUMBERED);
            puts.all(lane);
        }
        puts.callNext(); // whoever was told that there is room may not be planned any more
    }

    private static boolean isObsolete(QueueTask planned, OutboxState state, boolean renumbered) {
        if (planned instanceof QueueTask.Put put) {
            return renumbered || put.ordinal() < state.head();
        }
        return renumbered && planned instanceof QueueTask.Remove;
    }

    private void scheduleExpiry(OutboxLane lane) {
        if (!lane.state.isEmpty()) {
            Instant expiry = queue.store()
                    .outgoing(lane.peer, lane.state.head())
                    .map(OutgoingMessage::expiry)
                    .orElse(queue.loop().now());
            queue.loop().at(new QueueTask.Expire(lane.peer), expiry);
        }
    }

    private Duration pollWait(OutboxLane lane) {
        return queue.pollWait(Duration.between(lane.lastActivity, queue.loop().now()));
    }
}
