package dev.culvert.transport;

/** Every connection slot is in use; close one, or raise maxConnections. */
public final class TooManyConnectionsException extends TransportException {
    private static final long serialVersionUID = 1L;

    public TooManyConnectionsException(int limit) {
        super("All " + limit + " connection slots are in use; close one or raise maxConnections");
    }
}
