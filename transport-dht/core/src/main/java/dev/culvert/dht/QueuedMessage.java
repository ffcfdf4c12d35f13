package dev.culvert.dht;

import dev.culvert.transport.MessageId;

/**
 * A message that waits for its receiver.
 *
 * @param id the message's id
 * @param payload the bytes; the taker's
 */
public record QueuedMessage(MessageId id, byte[] payload) {
    @Override
    public String toString() {
        return "QueuedMessage[" + id + ", " + payload.length + " bytes]";
    }
}
