package dev.culvert.transport;

/** A part that has native code does not exist for this platform; the message names the platforms there are. */
public final class UnsupportedPlatformException extends TransportException {
    private static final long serialVersionUID = 1L;

    public UnsupportedPlatformException(String message, Throwable cause) {
        super(message, cause);
    }
}
