package dev.culvert.dht;

import dev.culvert.transport.PeerId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells the watched peers our key for sealing against quantum computers: one record for each in a slot of the pair, put
 * again before it ends. Runs on the queue's thread only, and lives as long as its queue.
 */
final class SealingKeyOffers {
    private final QueueContext queue;
    private final PostQuantum postQuantum;
    private final Map<PeerId, Offer> offers = new HashMap<>();

    private static final class Offer {
        final RecordKeys keys;
        int failures;

        Offer(RecordKeys keys) {
            this.keys = keys;
        }
    }

    /** @param postQuantum the choice in effect */
    SealingKeyOffers(QueueContext queue, PostQuantum postQuantum) {
        this.queue = queue;
        this.postQuantum = postQuantum;
    }

    void watch(PeerId peer, RecordKeys keys) {
        if (postQuantum != PostQuantum.OFF && offers.putIfAbsent(peer, new Offer(keys)) == null) {
            queue.loop().at(new QueueTask.PublishSealingKey(peer), queue.loop().now());
        }
    }

    void unwatch(PeerId peer) {
        offers.remove(peer);
        queue.loop().cancel(new QueueTask.PublishSealingKey(peer)::equals);
    }

    void publish(QueueTask.PublishSealingKey task) {
        Offer offer = offers.get(task.peer());
        if (offer == null) {
            return;
        }
        Instant now = queue.loop().now();
        byte[] key = queue.self().sealingKey().toBytes();
        // Nothing in it is secret, so it may be sealed in the old way; the signature inside is what counts.
        queue.loop()
                .call(
                        () -> queue.seal(
                                task.peer(), offer.keys.sealingKeyToPeer(), now.plus(SignedBody.MAX_LIFE), key),
                        (stored, failure) -> published(offer, task, now, failure));
    }

    private void published(Offer offer, QueueTask task, Instant began, @Nullable Throwable failure) {
        if (failure != null) {
            queue.count(QueueEvent.PUT_FAILED);
            offer.failures++;
        } else {
            offer.failures = 0;
        }
        if (offers.get(task.peer()) != offer) {
            return;
        }
        queue.loop()
                .at(
                        task,
                        failure == null
                                ? began.plus(queue.schedule().jittered(queue.republishPeriod()))
                                : queue.loop().now().plus(queue.retryWait(offer.failures)));
    }
}
