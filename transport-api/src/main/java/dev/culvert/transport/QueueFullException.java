package dev.culvert.transport;

/** The outbox has reached its quota; nothing was lost, and the message was not taken. */
public final class QueueFullException extends TransportException {
    private static final long serialVersionUID = 1L;

    public QueueFullException(String message) {
        super(message);
    }
}
