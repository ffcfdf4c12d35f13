package dev.culvert.dht.opendht;

/** What an {@link OpenDht} counts: what it dropped of what was found, and what became of its streams. */
public enum OpenDhtEvent {
    /** A line was not the JSON of a value, or a value was no envelope. */
    MALFORMED,
    /** A line or a value was longer than any of ours can be. */
    OVERSIZED,
    /** An envelope of somebody who may not write this slot. */
    OTHER_WRITER,
    /** An envelope that names the slot's writer, who has not signed it for this place. */
    BAD_SIGNATURE,
    /** An envelope whose time is over; what is older than it stays hidden all the same. */
    EXPIRED,
    /** A genuine value was passed over, as a newer one was seen before. */
    SUPERSEDED,
    /** An answer was longer than is read of one; what came after is not known. */
    CUT_SHORT,
    /** A request was refused, as too many wait already. */
    REFUSED,
    /** The stream of a subscription ended or failed, and is opened again. */
    STREAM_LOST
}
