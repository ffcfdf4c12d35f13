package dev.culvert.dht;

/** What the message queue counts beside the records it rejects. */
public enum QueueEvent {
    /** A message was taken and is on disk. */
    ENQUEUED,
    /** The receiver acknowledged a message. */
    ACKNOWLEDGED,
    /** The receiver got a message by another way. */
    DELIVERED_ELSEWHERE,
    /** The handler took a message. */
    DELIVERED,
    /** A message was dropped because one with its id was delivered before. */
    DUPLICATE,
    /** A message was given up because its time was over before an acknowledgement came. */
    EXPIRED,
    /** A message was refused because the outbox is full. */
    REFUSED_FULL,
    /** A message of an earlier numbering was passed over. */
    STALE,
    /** A message was not kept, for want of room, until those before it have come; it is fetched again. */
    LEFT_FOR_LATER,
    /** A verified record held no message that this version knows. */
    BAD_ENVELOPE,
    /** A verified record held no acknowledgement. */
    BAD_ACK,
    /** A message waits on disk for the receiver's key for post-quantum sealing. */
    WAITING_FOR_KEY,
    /** A peer's key for post-quantum sealing was found. */
    KEY_FOUND,
    /** A verified record held no usable key. */
    BAD_KEY,
    /** A peer showed another key than the one it is known by, which never changes; it was ignored. */
    OTHER_KEY,
    /** The messages towards a peer were numbered anew. */
    RENUMBERED,
    /** The engine could not store a record; it is tried again. */
    PUT_FAILED,
    /** The engine could not look a slot up; it is tried again. */
    GET_FAILED,
    /** The engine could not remove a record; it ends by itself. */
    REMOVE_FAILED,
    /** The handler failed; the message is delivered again. */
    HANDLER_FAILED,
    /** A keeper said that it keeps a message. */
    KEPT,
    /** A keeper refused a message. */
    KEEPER_REFUSED,
    /** A keeper could not be asked; it is asked again. */
    KEEPER_FAILED,
    /** What a keeper sent was not understood, or somebody else sent it. */
    BAD_ANSWER
}
