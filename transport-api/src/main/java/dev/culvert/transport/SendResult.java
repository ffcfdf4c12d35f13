package dev.culvert.transport;

import java.time.Duration;

/**
 * What became of one message.
 *
 * @param id the message's id, the same at the receiver
 * @param tier the way it took
 * @param elapsed from the call of {@code send} until the receiver acknowledged it, or until it was queued
 */
public record SendResult(MessageId id, Tier tier, Duration elapsed) {}
