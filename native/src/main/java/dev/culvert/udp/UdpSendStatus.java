package dev.culvert.udp;

/** What became of one datagram handed to the kernel. */
public enum UdpSendStatus {
    /** The kernel took it. */
    SENT,
    /** The socket's send buffer was full; the datagram was dropped, as the network might have. */
    BUFFER_FULL,
    /** Larger than the path or the socket takes. */
    TOO_LARGE,
    /** The kernel has no route, a firewall refused it, or the address family does not match. */
    UNREACHABLE,
    /** The channel is closed. */
    CLOSED
}
