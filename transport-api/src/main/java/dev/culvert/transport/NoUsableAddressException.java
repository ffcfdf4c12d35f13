package dev.culvert.transport;

/** This host has no address that ICE may use; the message lists what was seen and how to allow more. */
public final class NoUsableAddressException extends TransportException {
    private static final long serialVersionUID = 1L;

    public NoUsableAddressException(String message) {
        super(message);
    }
}
