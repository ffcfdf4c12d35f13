package dev.culvert.transport;

/**
 * Takes messages from peers. Runs on the transport's handler executor; what it throws is reported, and ends nothing.
 */
@FunctionalInterface
public interface MessageHandler {
    /**
     * Called once for each message, for each sender in order and one at a time, for different senders perhaps at once; a second time only when a crash, or a disk that failed,
     * leaves it unknown whether the first was finished: {@link ReceivedMessage#redelivered}.
     *
     * @param from the authenticated sender
     * @param message the message
     */
    void onMessage(PeerId from, ReceivedMessage message);
}
