package dev.culvert.ice.frame;

/** Why a frame or a fragment went nowhere. Each has a counter: {@link FrameStats#drops()}. */
public enum FrameDrop {
    /** A frame whose time was over before its last fragment arrived: one of them was lost, or late. */
    EXPIRED,
    /** A frame for which the peer's budget had no room. */
    NO_MEMORY_PEER,
    /** A frame for which the budget of all peers had no room. */
    NO_MEMORY_GLOBAL,
    /** A frame for which the peer had too many fragments outstanding. */
    TOO_MANY_FRAGMENTS,
    /** An incomplete frame, thrown away by close. */
    CLEARED,
    /** A fragment that was there already. */
    DUPLICATE,
    /** A fragment of a frame that has been delivered or dropped. */
    LATE,
    /** A fragment that contradicts an earlier one of its frame. */
    INCONSISTENT,
    /** A fragment of a frame over the limit. */
    TOO_LARGE,
    /** A datagram that is no fragment, or not of this version, or whose numbers do not fit together. */
    MALFORMED,
    /** A datagram that arrived after close. */
    CLOSED,
    /** A frame to be sent, of which not all was taken: the peer will never have it whole. */
    SEND_REFUSED
}
