package dev.culvert.peer;

import dev.culvert.transport.PeerId;

/** Is told of connections coming and going, in order, on the transport's event loop. Must not block. */
public interface ConnectionListener {
    /** A peer is connected and authenticated. */
    void onConnected(ConnectionInfo connection);

    /** A connection ended by itself or by the peer, for this reason; not called for those this side closes. */
    void onDisconnected(PeerId peer, String cause);

    /**
     * A connection or an attempt at one is over, whoever ended it, and all it held is free. Called once for each, after
     * {@link #onDisconnected} where that is called.
     */
    default void onEnded(ConnectionEnd end) {}
}
