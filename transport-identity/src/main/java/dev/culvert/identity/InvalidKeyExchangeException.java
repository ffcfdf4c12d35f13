package dev.culvert.identity;

import dev.culvert.transport.TransportException;

/** A public key would make a shared secret that anybody knows (a low-order point, RFC 7748 section 6.1). */
public final class InvalidKeyExchangeException extends TransportException {
    private static final long serialVersionUID = 1L;

    public InvalidKeyExchangeException(String message) {
        super(message);
    }
}
