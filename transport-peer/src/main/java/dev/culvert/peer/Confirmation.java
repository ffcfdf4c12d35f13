package dev.culvert.peer;

/**
 * When a sender is told that a message is safe with us, and {@code send} completes there.
 *
 * <pre>{@code
 * PeerTransport me = PeerTransport.builder(self)
 *         .dht(dht)
 *         .directory(directory)
 *         .confirmation(Confirmation.WHEN_HANDLED)
 *         .open();
 * me.close();
 * }</pre>
 */
public enum Confirmation {
    /**
     * As soon as the message is on our disk, or the handler is done with it, whichever comes first. The default: a slow
     * handler keeps no sender waiting, and a crash has the message handled again.
     */
    WHEN_STORED,
    /** When the handler has returned and that is on disk: for apps whose senders want to know that. */
    WHEN_HANDLED
}
