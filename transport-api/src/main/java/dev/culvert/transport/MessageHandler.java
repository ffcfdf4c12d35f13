package dev.culvert.transport;

/**
 * Takes messages from peers. Runs on the transport's handler executor; what it throws is reported, and ends nothing.
 */
@FunctionalInterface
public interface MessageHandler {
    /**
     * Called once for each message, in the order of each sender.
     *
     * @param from the authenticated sender
     * @param message the message
     */
    void onMessage(PeerId from, ReceivedMessage message);
}
