package dev.culvert.ice;

/** What became of one datagram given to {@link IceContext#send}. A value, not an exception: the hot path. */
public enum SendStatus {
    /** The kernel took it. Delivery is not promised: this is UDP. */
    SENT,
    /** No pair is selected yet; connect first. Counted. */
    NOT_CONNECTED,
    /** The kernel's send buffer was full; the datagram was dropped and counted. */
    BUFFER_FULL,
    /** Larger than the path takes; dropped and counted. */
    TOO_LARGE,
    /** The kernel has no route or a local firewall refused it; dropped and counted. */
    UNREACHABLE,
    /** Empty datagrams are not sent. */
    EMPTY,
    /** The context is shut down, failed or closed. */
    CLOSED
}
