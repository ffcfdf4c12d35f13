package dev.culvert.ice;

/** Why a datagram went nowhere. Each has a counter: {@link IceEndpoint#drops()} and {@link IceStats#drops()}. */
public enum DropCause {
    /** Data from an address that no context has validated. */
    UNKNOWN_SOURCE,
    /** Looked like STUN and could not be parsed. */
    STUN_MALFORMED,
    /** A STUN request for a ufrag that is not ours, or without one. */
    STUN_UNKNOWN_USER,
    /** A STUN message whose MESSAGE-INTEGRITY is missing or wrong. */
    STUN_BAD_INTEGRITY,
    /** A STUN response to nothing we asked, or from another address than we asked. */
    STUN_UNKNOWN_TRANSACTION,
    /** A STUN server answered with an error, or without an address that a peer could use. */
    STUN_SERVER_UNHELPFUL,
    /** A STUN request that came before, from another address: seen going by and sent again. */
    STUN_REPLAYED,
    /** A STUN indication, but for the peer's word that it has closed; such a word of another's, or where our side had closed before. */
    STUN_INDICATION,
    /** More STUN waiting for the STUN thread than its bound. */
    STUN_BACKLOG,
    /** More datagrams of a relay over TCP waiting for the I/O thread than their bound. */
    RELAY_BACKLOG,
    /** From a TURN server's address, or to a socket of a relay's, and no answer or data that we know what to do with. */
    RELAY_JUNK,
    /** The ICE agent refused a verified STUN message. */
    STUN_REFUSED,
    /** An authenticated peer validated more addresses than one context may have. */
    TOO_MANY_ROUTES,
    /** A check from or to an address that another context of the socket has: this one uses a socket of its own. */
    ADDRESS_TAKEN,
    /** More candidates than {@link IceDescription#MAX_CANDIDATES} trickled in. */
    TOO_MANY_CANDIDATES,
    /** An authenticated peer sent more new STUN requests than one context remembers. */
    TOO_MANY_REQUESTS,
    /** The queue was full: the oldest message made room. */
    QUEUE_OVERFLOW,
    /** Still in the queue when it was shut down. */
    QUEUE_CLEARED,
    /** Arrived after shutdown. */
    AFTER_SHUTDOWN,
    /** An empty datagram. */
    EMPTY,
    /** The handler threw. */
    HANDLER_FAILED,
    /** Send without a selected pair. */
    SEND_NOT_CONNECTED,
    /** Send to a full kernel buffer. */
    SEND_BUFFER_FULL,
    /** Send of more than the path takes. */
    SEND_TOO_LARGE,
    /** Send without a route. */
    SEND_UNREACHABLE
}
