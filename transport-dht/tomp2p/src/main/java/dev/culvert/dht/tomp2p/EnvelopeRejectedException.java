package dev.culvert.dht.tomp2p;

import java.io.Serial;

/** Bytes that are no envelope for the place they lie in. Carries no stack trace: hostile nodes can make many. */
final class EnvelopeRejectedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final TomP2PEvent reason;

    EnvelopeRejectedException(TomP2PEvent reason) {
        super(reason.name(), null, false, false);
        this.reason = reason;
    }

    TomP2PEvent reason() {
        return reason;
    }
}
