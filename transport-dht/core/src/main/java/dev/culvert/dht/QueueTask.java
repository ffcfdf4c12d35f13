package dev.culvert.dht;

import dev.culvert.transport.PeerId;

/** What the queue does at a time of its own choosing. */
sealed interface QueueTask {
    /** Whom it concerns. */
    PeerId peer();

    /** Puts a message into the DHT, the first time or again. */
    record Put(PeerId peer, long ordinal) implements QueueTask {}

    /** Takes an acknowledged message out of the DHT. */
    record Remove(PeerId peer, long generation, long index) implements QueueTask {}

    /** Looks for a receiver's acknowledgement. */
    record PollAck(PeerId peer) implements QueueTask {}

    /** Looks for a sender's messages. */
    record PollInbox(PeerId peer) implements QueueTask {}

    /** Tells a sender how far its messages were received. */
    record PublishAck(PeerId peer) implements QueueTask {}

    /** Looks for a receiver's key for sealing against quantum computers. */
    record FindSealingKey(PeerId peer) implements QueueTask {}

    /** Tells a sender our key for sealing against quantum computers. */
    record PublishSealingKey(PeerId peer) implements QueueTask {}

    /** Gives up a receiver's expired messages. */
    record Expire(PeerId peer) implements QueueTask {}

    /** Goes on with a keeper; the peer is the keeper. */
    record AskKeeper(PeerId peer) implements QueueTask {}

    /** Forgets delivered ids whose time is over; for no peer in particular. */
    record Prune(PeerId peer) implements QueueTask {}
}
