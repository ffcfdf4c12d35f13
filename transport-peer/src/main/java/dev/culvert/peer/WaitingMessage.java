package dev.culvert.peer;

import dev.culvert.peer.internal.session.Handover;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.ReceivedMessage;
import dev.culvert.transport.Tier;
import java.util.concurrent.CompletableFuture;

/** A message from its arrival until the handler is done with it. Its fields are as {@link AppDelivery} guards them. */
final class WaitingMessage {
    /** What tells one message from all others. */
    record Key(PeerId from, MessageId id) {}

    final Key key;
    final byte[] payload;
    final Tier tier;
    final long sinceNanos;
    final CompletableFuture<Void> handled = new CompletableFuture<>();
    final CompletableFuture<Void> safe = new CompletableFuture<>();
    final Handover handover = new Handover(handled, safe);

    /** Whether people have been told that it could not be given to the app. */
    volatile boolean troubleTold;

    /** Its place on disk; 0 for none, -1 once it is handled and will have none. */
    long ordinal;

    WaitingMessage(PeerId from, MessageId id, byte[] payload, Tier tier, long sinceNanos) {
        this.key = new Key(from, id);
        this.payload = payload;
        this.tier = tier;
        this.sinceNanos = sinceNanos;
    }

    ReceivedMessage message(boolean redelivered) {
        return new ReceivedMessage(key.id(), payload, tier, redelivered);
    }
}
