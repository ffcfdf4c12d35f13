package dev.culvert.dht;

/** What a {@link Keeper} counts. */
public enum KeeperEvent {
    /** A record was taken and is on disk. */
    TAKEN,
    /** A record was asked for that is held already. */
    HELD_ALREADY,
    /** A record was refused for want of room. */
    REFUSED_FULL,
    /** A record was refused because its sender asks too often. */
    REFUSED_FAST,
    /** A record was refused because it is too large, not sealed, too old or older than the one that is held. */
    REFUSED_RECORD,
    /** A request of somebody who is not allowed was dropped. */
    NOT_ALLOWED,
    /** A request was not understood and dropped. */
    MALFORMED,
    /** A record was put. */
    PUT,
    /** A record could not be put; it is tried again. */
    PUT_FAILED,
    /** A record was not put because its slot holds another one. */
    OTHER_THERE,
    /** A record was dropped because its sender said so. */
    DROPPED,
    /** A record was dropped because its time was over. */
    EXPIRED,
    /** The disk failed. */
    DISK_FAILED
}
