package dev.culvert.dht;

import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import java.util.concurrent.CompletionStage;

/** Takes the messages that came through the queue. Called on the queue's thread, so it must not block. */
@FunctionalInterface
public interface QueueHandler {
    /**
     * Called for one message at a time of each sender, in the order they were sent. The message is acknowledged, and
     * the next one delivered, when the stage completes; when it fails, or the process ends before, the same message
     * comes again.
     *
     * @param from the verified sender
     * @param id the sender's id for it
     * @param payload the bytes; the handler owns the array
     */
    CompletionStage<Void> onMessage(PeerId from, MessageId id, byte[] payload);
}
