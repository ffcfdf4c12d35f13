package dev.culvert.transport;

/**
 * A message as the app receives it.
 *
 * @param id the sender's id for it
 * @param payload the bytes; the receiver owns the array
 * @param tier the way it came
 * @param redelivered true when an earlier run of the handler for this id may have been cut off by a crash
 */
public record ReceivedMessage(MessageId id, byte[] payload, Tier tier, boolean redelivered) {}
