package dev.culvert.peer;

import dev.culvert.transport.MessageId;
import dev.culvert.transport.SendResult;
import java.util.concurrent.CompletableFuture;

/**
 * A message on its way out, whatever the way. The payload is the transport's own copy.
 *
 * @param id names it on every way
 * @param payload the bytes
 * @param result completed when the receiver has it or it is queued
 * @param startNanos when the app called send
 */
record OutboundMessage(MessageId id, byte[] payload, CompletableFuture<SendResult> result, long startNanos) {}
