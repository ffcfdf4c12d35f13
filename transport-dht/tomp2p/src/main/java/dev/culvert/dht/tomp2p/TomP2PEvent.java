package dev.culvert.dht.tomp2p;

import dev.culvert.dht.RejectReason;

/** What an engine dropped or refused, as a reader or as a node that stores for others. */
public enum TomP2PEvent {
    /** Not a signed value, or one of an unknown version. */
    MALFORMED,
    /** Longer than the largest signed value, or a connection that brought more than any message of ours has. */
    OVERSIZED,
    /** A value for another place than the one it lay in, or an answer we had not asked for. */
    FOREIGN,
    /** A value whose signature is not its writer's. */
    BADLY_SIGNED,
    /** A value whose time is over. */
    EXPIRED,
    /** A put of a value older than the one this node holds. */
    OLDER,
    /** A put that this node has no room for. */
    FULL,
    /** A command that would change or remove what others stored; ours never send one. */
    FORBIDDEN;

    static TomP2PEvent of(RejectReason reason) {
        return switch (reason) {
            case NOT_FOR_US -> FOREIGN;
            case BAD_SIGNATURE -> BADLY_SIGNED;
            default -> MALFORMED;
        };
    }
}
