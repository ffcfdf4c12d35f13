package dev.culvert.dht;

import dev.culvert.transport.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts what waits in the {@link Outbox} into the DHT, again and again for as long as it waits, and offers it to keepers;
 * takes away what does not wait any more. Runs on the queue's thread only.
 */
final class OutboxPuts {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxPuts.class);

    private final QueueContext queue;
    private final SealingKeys sealingKeys;
    private final OutboxKeepers keepers;
    private final Map<PeerId, OutboxLane> lanes;
    private final PutRoom room = new PutRoom();

    /** @param lanes the outbox's, which it keeps to itself otherwise */
    OutboxPuts(QueueContext queue, SealingKeys sealingKeys, OutboxKeepers keepers, Map<PeerId, OutboxLane> lanes) {
        this.queue = queue;
        this.sealingKeys = sealingKeys;
        this.keepers = keepers;
        this.lanes = lanes;
    }

    /** Whatever waits for this receiver, now. */
    void all(OutboxLane lane) {
        for (long ordinal = lane.state.head(); ordinal < lane.state.tail(); ordinal++) {
            queue.loop().at(new QueueTask.Put(lane.peer, ordinal), queue.loop().now());
        }
    }

    void put(QueueTask.Put task) {
        boolean begun = false;
        try {
            begun = begin(task);
        } finally {
            if (!begun) { // perhaps for a failing disk: those that it was to go before wait for nothing else
                callNext();
            }
        }
    }

    /** Whether the put is under way; if not, it is needless, or waits for something. */
    private boolean begin(QueueTask.Put task) {
        OutboxLane lane = lanes.get(task.peer());
        long ordinal = task.ordinal();
        if (lane == null || ordinal < lane.state.head() || ordinal >= lane.state.tail()) {
            return false;
        }
        Optional<OutgoingMessage> message = queue.store().outgoing(lane.peer, ordinal);
        Instant now = queue.loop().now();
        if (message.isEmpty() || !message.get().expiry().isAfter(now)) {
            queue.loop().at(new QueueTask.Expire(lane.peer), now);
            return false;
        }
        OutboxState state = lane.state;
        WritableSlot slot = lane.keys.outboxToPeer(state.indexOf(ordinal));
        if (sealingKeys.defers(task, lane.keys)) {
            queue.store()
                    .sealed(lane.peer, ordinal, state.generation())
                    .filter(made -> !sealingKeys.allows(made))
                    .ifPresent(made -> keepers.withdraw(lane.peer, ordinal, slot.slot(), made.sequence()));
            return false;
        }
        if (keepers.takeFor(lane.peer)) { // without waiting for the DHT
            SealedMessage sealed = sealed(lane, ordinal, slot, message.get());
            keepers.offer(lane.peer, ordinal, slot, sealed, message.get().expiry());
        }
        int length = message.get().payload().length;
        if (!room.admits(task, length)) {
            return false;
        }
        SealedMessage sealed = sealed(lane, ordinal, slot, message.get());
        Duration life = Duration.between(now, message.get().expiry());
        room.begun(length);
        queue.loop().call(() -> queue.dht().put(slot, sealed.sequence(), sealed.record(), life), (stored, failure) -> {
            putDone(lane, ordinal, state.generation(), now, failure);
            room.ended(length, this::putNow);
        });
        return true;
    }

    /** Lets the next one in that waits for room, if there is some. */
    void callNext() {
        room.callNext(this::putNow);
    }

    private void putNow(QueueTask.Put task) {
        queue.loop().at(task, queue.loop().now());
    }

    private SealedMessage sealed(OutboxLane lane, long ordinal, WritableSlot slot, OutgoingMessage message) {
        OutboxState state = lane.state;
        Optional<SealedMessage> kept = queue.store().sealed(lane.peer, ordinal, state.generation());
        return kept.filter(sealingKeys::allows).orElseGet(() -> {
            QueueEnvelope envelope =
                    new QueueEnvelope(state.generation(), state.start(), message.id(), message.payload());
            long sequence = queue.sequences().next();
            byte[] record =
                    sealingKeys.seal(lane.peer, slot.slot().key(), sequence, message.expiry(), envelope.encode());
            SealedMessage made = new SealedMessage(state.generation(), sequence, record);
            queue.store().keepSealed(lane.peer, ordinal, made);
            return made;
        });
    }

    private void putDone(OutboxLane lane, long ordinal, long generation, Instant began, @Nullable Throwable failure) {
        if (failure != null) {
            queue.count(QueueEvent.PUT_FAILED);
        }
        if (lane.state.generation() != generation || ordinal < lane.state.head()) {
            return;
        }
        QueueTask again = new QueueTask.Put(lane.peer, ordinal);
        if (failure == null) {
            lane.failures.remove(ordinal);
            // The engine's time runs from the put, not from its answer.
            queue.loop().at(again, began.plus(queue.schedule().jittered(queue.republishPeriod())));
        } else {
            int failures = lane.failures.merge(ordinal, 1, Integer::sum);
            LOG.debug("A queued message could not be put, try {}: {}", failures, failure.toString());
            queue.loop().after(again, queue.retryWait(failures));
        }
    }

    void remove(QueueTask.Remove task) {
        OutboxLane lane = lanes.get(task.peer());
        // In a later generation another message may have this index.
        if (lane == null || lane.state.generation() != task.generation()) {
            return;
        }
        WritableSlot slot = lane.keys.outboxToPeer(task.index());
        queue.loop().call(() -> queue.dht().remove(slot), (removed, failure) -> {
            if (failure != null) {
                queue.count(QueueEvent.REMOVE_FAILED);
            }
        });
    }
}
