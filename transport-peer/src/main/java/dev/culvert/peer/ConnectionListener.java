package dev.culvert.peer;

import dev.culvert.transport.PeerId;

/**
 * Is told of connections coming and going, in order, on the transport's event loop. Must not block.
 *
 * <pre>{@code
 * transport.onConnection(new ConnectionListener() {
 *     @Override
 *     public void onConnected(ConnectionInfo connection) {
 *         System.out.println("connected by " + connection.tier() + " after " + connection.setUp());
 *     }
 *
 *     @Override
 *     public void onDisconnected(PeerId who, String cause) {
 *         System.out.println("disconnected: " + cause);
 *     }
 * });
 * }</pre>
 */
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
