package dev.culvert.transport;

/** A DHT engine can not run here; the message names the reason and the other engines. */
public final class EngineUnavailableException extends TransportException {
    private static final long serialVersionUID = 1L;

    public EngineUnavailableException(String message) {
        super(message);
    }

    public EngineUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
