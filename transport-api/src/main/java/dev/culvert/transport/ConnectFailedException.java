package dev.culvert.transport;

/** No path to the peer was found in time; the message names the candidates that were tried. */
public final class ConnectFailedException extends TransportException {
    private static final long serialVersionUID = 1L;

    public ConnectFailedException(String message) {
        super(message);
    }
}
