package dev.culvert.transport;

/**
 * A message as the app receives it.
 *
 * @param id the sender's id for it
 * @param payload the bytes; the receiver owns the array
 * @param tier the way it came
 * @param redelivered true when the handler was begun for this id before, and a crash or a failing disk came before that was
 *     noted as done; after a power cut the last few may come again without it
 */
public record ReceivedMessage(MessageId id, byte[] payload, Tier tier, boolean redelivered) {}
