package dev.culvert.dht;

import dev.culvert.identity.HpkeSuite;
import dev.culvert.identity.InvalidKeyExchangeException;
import dev.culvert.identity.SealingKey;
import dev.culvert.transport.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The receivers' keys for sealing against quantum computers: looks for those that are not known while a message waits, keeps
 * them on disk, and decides how a message is sealed and which ones have to wait. Runs on the queue's thread only, and
 * lives as long as its queue.
 */
final class SealingKeys {
    private static final HpkeSuite X_WING = HpkeSuite.X_WING_CHACHA20POLY1305;

    private final QueueContext queue;
    private final PostQuantum postQuantum;
    private final Predicate<PeerId> isSentTo;
    private final Map<PeerId, Receiver> receivers = new HashMap<>();

    /** What is known of one receiver. */
    private static final class Receiver {
        final PeerId peer;
        final RecordKeys keys;
        final Set<QueueTask.Put> waiting = new LinkedHashSet<>();

        @Nullable
        SealingKey key;

        Instant lastActivity;
        boolean looking;
        /** A look came to its end in this run, found or not. */
        boolean looked;

        Receiver(PeerId peer, RecordKeys keys, @Nullable SealingKey key, Instant now) {
            this.peer = peer;
            this.keys = keys;
            this.key = key;
            this.lastActivity = now;
        }
    }

    /**
     * @param postQuantum the choice in effect
     * @param isSentTo whether messages wait for a peer's acknowledgement; only then its key is looked for
     */
    SealingKeys(QueueContext queue, PostQuantum postQuantum, Predicate<PeerId> isSentTo) {
        this.queue = queue;
        this.postQuantum = postQuantum;
        this.isSentTo = isSentTo;
    }

    /** After a message for a peer was taken: looks for the peer's key if it is not known. */
    void wanted(PeerId peer, RecordKeys keys) {
        if (postQuantum == PostQuantum.OFF) {
            return;
        }
        Receiver receiver = receiver(peer, keys);
        receiver.lastActivity = queue.loop().now();
        look(receiver);
    }

    private Receiver receiver(PeerId peer, RecordKeys keys) {
        return receivers.computeIfAbsent(
                peer,
                added -> new Receiver(
                        added,
                        keys,
                        queue.store().sealingKey(added).orElse(null),
                        queue.loop().now()));
    }

    private void look(Receiver receiver) {
        if (receiver.key == null && !receiver.looking) {
            Instant now = queue.loop().now();
            // The first look at once; a stream of messages must not become a stream of looks.
            queue.loop()
                    .atLatest(
                            new QueueTask.FindSealingKey(receiver.peer),
                            receiver.looked ? now.plus(pollWait(receiver)) : now);
        }
    }

    private Duration pollWait(Receiver receiver) {
        return queue.pollWait(
                Duration.between(receiver.lastActivity, queue.loop().now()));
    }

    /** Whether a message has to wait for the key of its receiver; its put is then planned again when the wait is over. */
    boolean defers(QueueTask.Put put, RecordKeys keys) {
        if (postQuantum == PostQuantum.OFF) {
            return false;
        }
        Receiver receiver = receiver(put.peer(), keys);
        if (!hasToWait(receiver)) {
            return false;
        }
        if (receiver.waiting.add(put)) {
            queue.count(QueueEvent.WAITING_FOR_KEY);
        }
        look(receiver);
        return true;
    }

    private boolean hasToWait(Receiver receiver) {
        return receiver.key == null && (postQuantum == PostQuantum.REQUIRED || !receiver.looked);
    }

    /** Whether a message may be put as it was sealed before, perhaps in a run with another choice. */
    boolean allows(SealedMessage made) {
        return postQuantum != PostQuantum.REQUIRED
                || SealedRecord.suite(made.record()).equals(Optional.of(X_WING));
    }

    /** Seals a message that does not have to wait. */
    byte[] seal(PeerId peer, byte[] slotKey, long sequence, Instant expiry, byte[] payload) {
        Receiver receiver = receivers.get(peer);
        SealingKey key = receiver == null ? null : receiver.key;
        if (postQuantum == PostQuantum.REQUIRED && key == null) {
            throw new IllegalStateException("A message that has to wait for its receiver's key is not sealed yet");
        }
        if (key == null || isTooLong(sequence, expiry, payload)) {
            return SealedRecord.seal(queue.self(), peer, slotKey, sequence, expiry, payload);
        }
        return SealedRecord.seal(queue.self(), peer, key, slotKey, sequence, expiry, payload);
    }

    /** A message that was taken when the choice was {@link PostQuantum#OFF} may have been given more room. */
    private boolean isTooLong(long sequence, Instant expiry, byte[] payload) {
        return postQuantum == PostQuantum.PREFERRED
                && SealedRecord.length(X_WING, sequence, expiry, payload.length)
                        > queue.dht().capabilities().maxValueBytes();
    }

    void find(QueueTask.FindSealingKey task) {
        Receiver receiver = receivers.get(task.peer());
        if (receiver == null || receiver.key != null || receiver.looking || !isSentTo.test(task.peer())) {
            return;
        }
        receiver.looking = true;
        // In case what follows fails: it is looked for again whatever happens.
        queue.loop().after(task, queue.config().slowestPollInterval());
        Slot slot = receiver.keys.sealingKeyFromPeer();
        queue.loop().call(() -> queue.dht().get(slot), (values, failure) -> {
            receiver.looking = false;
            receiver.looked = true;
            try {
                if (values == null) {
                    queue.count(QueueEvent.GET_FAILED);
                } else {
                    found(receiver, slot, values);
                }
            } finally {
                lookEnded(receiver, task);
            }
        });
    }

    private void lookEnded(Receiver receiver, QueueTask task) {
        if (receiver.key == null) {
            queue.loop().after(task, pollWait(receiver));
        } else {
            queue.loop().cancel(task::equals);
        }
        if (!hasToWait(receiver)) {
            receiver.waiting.forEach(put -> queue.loop().at(put, queue.loop().now()));
            receiver.waiting.clear();
        }
    }

    private void found(Receiver receiver, Slot slot, List<byte[]> values) {
        queue.opener().open(receiver.peer, slot.key(), values, queue.loop().now(), 0).stream()
                .sorted((one, other) -> Long.compare(other.sequence(), one.sequence()))
                .forEach(record -> accept(receiver, record.payload()));
    }

    private void accept(Receiver receiver, byte[] payload) {
        SealingKey key;
        try {
            key = SealingKey.parse(payload);
        } catch (InvalidKeyExchangeException e) {
            queue.count(QueueEvent.BAD_KEY);
            return;
        }
        if (receiver.key == null) {
            queue.store().keepSealingKey(receiver.peer, key);
            receiver.key = key;
            queue.count(QueueEvent.KEY_FOUND);
        } else if (!receiver.key.equals(key)) {
            queue.count(QueueEvent.OTHER_KEY);
        }
    }
}
