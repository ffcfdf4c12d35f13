package dev.culvert.identity;

import dev.culvert.transport.TransportException;

/**
 * Sealed bytes do not open: sealed to another key, changed on the way, cut short, or bound to other data. The reason is
 * not told apart, because whoever sent them could learn from it.
 */
public final class OpenFailedException extends TransportException {
    private static final long serialVersionUID = 1L;

    public OpenFailedException(String message) {
        super(message);
    }
}
