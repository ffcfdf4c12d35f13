package dev.culvert.dht;

/** What a {@link SplittingDht} counts. */
public enum SplitEvent {
    /** A value was put in parts. */
    SPLIT,
    /** A value was joined from its parts. */
    JOINED,
    /** A value that says it has parts was dropped: it is cut short, too large, or not signed by the slot's writer. */
    BAD_HEAD,
    /** More values of one slot had parts than are joined. */
    SURPLUS,
    /** A part's slot held values, but none that the writer signed for this place. */
    BAD_PART,
    /** A value was dropped, for now, as one of its parts was not found. */
    INCOMPLETE
}
