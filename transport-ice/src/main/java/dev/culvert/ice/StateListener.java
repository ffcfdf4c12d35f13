package dev.culvert.ice;

import dev.culvert.transport.ConnectionState;

/** Is told of a context's state changes, in order, on the endpoint's STUN thread. Must not block. */
@FunctionalInterface
public interface StateListener {
    /** Called after each change, except the one to CLOSED: the app closed it, and no callback begins after close. */
    void onState(ConnectionState from, ConnectionState to);
}
