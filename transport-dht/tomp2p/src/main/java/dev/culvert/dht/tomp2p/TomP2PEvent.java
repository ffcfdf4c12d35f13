package dev.culvert.dht.tomp2p;

/** What an engine dropped or refused, as a reader or as a node that stores for others. */
public enum TomP2PEvent {
    /** Not an envelope, or one of an unknown version. */
    MALFORMED,
    /** Longer than the largest envelope, or a connection that brought more than any message of ours has. */
    OVERSIZED,
    /** An envelope for another place than the one it lay in, or an answer we had not asked for. */
    FOREIGN,
    /** An envelope whose signature is not its writer's. */
    BADLY_SIGNED,
    /** An envelope whose time is over. */
    EXPIRED,
    /** A put of a value older than the one this node holds. */
    OLDER,
    /** A put that this node has no room for. */
    FULL,
    /** A command that would change or remove what others stored; ours never send one. */
    FORBIDDEN
}
