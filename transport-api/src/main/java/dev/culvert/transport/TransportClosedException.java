package dev.culvert.transport;

/** The transport, endpoint, context or engine was closed before or during the call. */
public final class TransportClosedException extends TransportException {
    private static final long serialVersionUID = 1L;

    public TransportClosedException(String what) {
        super(what + " is closed; open a new one");
    }
}
