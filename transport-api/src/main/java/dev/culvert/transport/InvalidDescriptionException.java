package dev.culvert.transport;

/** A remote description is malformed, truncated or over its bounds. */
public final class InvalidDescriptionException extends TransportException {
    private static final long serialVersionUID = 1L;

    public InvalidDescriptionException(String message) {
        super(message);
    }
}
