package dev.culvert.peer;

import dev.culvert.dht.QueuedMessage;
import dev.culvert.peer.internal.session.PeerSession;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what waits in the queue for a peer over a connection that has come up, in order and before anything newer. Each
 * message stays in the queue until the peer confirms it, so that a connection that ends here loses nothing; what the
 * peer gets both ways it knows by its id. Event loop only; one for each connection, done when the queue is empty.
 */
final class QueueDrain {
    private static final Logger LOG = LoggerFactory.getLogger(QueueDrain.class);

    /** Of queued messages on the session at once. */
    private static final int BATCH_BYTES = 4 << 20;

    private final LinkServices services;
    private final PeerId peer;
    private final PeerSession session;
    private final Runnable done;
    private final Set<MessageId> unconfirmed = new HashSet<>();
    private Set<MessageId> confirmed = new HashSet<>();
    private boolean over;

    /**
     * @param done run when nothing waits any more, or what waits can not be read; not after {@link #stop}
     */
    QueueDrain(LinkServices services, PeerId peer, PeerSession session, Runnable done) {
        this.services = services;
        this.peer = peer;
        this.session = session;
        this.done = done;
    }

    void start() {
        var unused = services.queue()
                .oldest(peer, BATCH_BYTES)
                .whenComplete((batch, failure) -> services.loop().execute(() -> {
                    if (failure == null) {
                        take(batch);
                    } else {
                        LOG.warn(
                                "What is queued for {} can not be read now: {}",
                                peer.toShortString(),
                                failure.toString());
                        finish();
                    }
                }));
    }

    private void take(List<QueuedMessage> batch) {
        // The same again: the queue could not let go of it, and would not the next time.
        if (over || batch.isEmpty() || confirmed.contains(batch.get(0).id())) {
            finish();
            return;
        }
        confirmed = new HashSet<>();
        batch.forEach(message -> unconfirmed.add(message.id()));
        for (QueuedMessage message : batch) {
            if (over) {
                return; // a full session may end at any of them
            }
            session.send(message.id(), message.payload());
        }
    }

    /** The peer has confirmed a message; false if it is none of the queue's. */
    boolean onDelivered(MessageId id) {
        if (!unconfirmed.remove(id)) {
            return false;
        }
        confirmed.add(id);
        if (unconfirmed.isEmpty()) {
            var unused = services.queue()
                    .deliveredElsewhere(peer, confirmed)
                    .whenComplete((count, failure) -> services.loop().execute(this::startUnlessOver));
        }
        return true;
    }

    private void startUnlessOver() {
        if (!over) {
            start();
        }
    }

    private void finish() {
        if (!over) {
            over = true;
            done.run();
        }
    }

    /** The connection has ended: what the peer confirmed need not be queued any more, the rest stays. Idempotent. */
    void stop() {
        if (!over) {
            over = true;
            if (!confirmed.isEmpty()) {
                var unused = services.queue().deliveredElsewhere(peer, confirmed);
            }
        }
    }
}
