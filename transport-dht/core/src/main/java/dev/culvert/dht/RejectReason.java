package dev.culvert.dht;

/** Why a value that the DHT returned was not accepted as a record. */
public enum RejectReason {
    /** The bytes are not a record: cut short, a field missing or twice, a number out of its range. */
    MALFORMED,
    /** Longer than a record of this engine can be; it was not opened. */
    OVERSIZED,
    /** A version or a cipher suite that this version does not know. */
    UNSUPPORTED,
    /** It does not open: sealed to another peer, under another key, by another publisher, or damaged. */
    NOT_FOR_US,
    /** It names another publisher than the one that was looked up. */
    WRONG_PUBLISHER,
    /** The publisher did not sign this content for this key. */
    BAD_SIGNATURE,
    /** Its time is over. */
    EXPIRED,
    /** Its sequence number is below one that was already seen. */
    REPLAYED,
    /** More values came for one key than are opened for it. */
    SURPLUS
}
