package dev.culvert.dht.opendht;

import dev.culvert.dht.RejectReason;

/** What an {@link OpenDht} counts: what it dropped of what was found, and what became of its streams. */
public enum OpenDhtEvent {
    /** A line was not the JSON of a value, or a value was none that a writer of ours had signed. */
    MALFORMED,
    /** A line or a value was longer than any of ours can be. */
    OVERSIZED,
    /** A value of another writer, or for another key. */
    FOREIGN,
    /** A value that names the slot and its writer, who has not signed it. */
    BAD_SIGNATURE,
    /** A value whose time is over; what is older than it stays hidden all the same. */
    EXPIRED,
    /** A genuine value was passed over, as a newer one was seen before. */
    SUPERSEDED,
    /** An answer was longer than is read of one; what came after is not known. */
    CUT_SHORT,
    /** A request was refused, as too many wait already. */
    REFUSED,
    /** The stream of a subscription ended or failed, and is opened again. */
    STREAM_LOST,
    /** A subscription began to poll, as many streams as there may be were open. */
    NO_STREAM_LEFT;

    static OpenDhtEvent of(RejectReason reason) {
        return switch (reason) {
            case NOT_FOR_US -> FOREIGN;
            case BAD_SIGNATURE -> BAD_SIGNATURE;
            default -> MALFORMED;
        };
    }
}
