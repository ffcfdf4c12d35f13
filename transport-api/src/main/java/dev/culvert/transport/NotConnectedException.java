package dev.culvert.transport;

/** There is no connection to carry the data; connect first, or use a transport that queues. */
public final class NotConnectedException extends TransportException {
    private static final long serialVersionUID = 1L;

    public NotConnectedException(String message) {
        super(message);
    }
}
