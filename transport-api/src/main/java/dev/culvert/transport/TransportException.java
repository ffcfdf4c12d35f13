package dev.culvert.transport;

/** The root of what can go wrong in Culvert: says what was tried and what to do about it. */
public class TransportException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TransportException(String message) {
        super(message);
    }

    public TransportException(String message, Throwable cause) {
        super(message, cause);
    }
}
