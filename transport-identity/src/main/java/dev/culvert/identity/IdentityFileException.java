package dev.culvert.identity;

import dev.culvert.transport.TransportException;

/** An identity file can not be read, is malformed, or can not be written; the file there is left as it was. */
public final class IdentityFileException extends TransportException {
    private static final long serialVersionUID = 1L;

    public IdentityFileException(String message) {
        super(message);
    }

    public IdentityFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
