package dev.culvert.dht;

import dev.culvert.transport.PeerId;
import java.util.concurrent.CompletionStage;

/** The way from a {@link MessageQueue} to its keepers, authenticated and encrypted. Called on the queue's thread; must not block. */
@FunctionalInterface
public interface KeeperLine {
    /**
     * Sends a request. What the keeper answers goes to {@link MessageQueue#keeperAnswered}.
     *
     * @return completes when the request is with the keeper, or where a crash does not lose it; fails when it can not be sent
     *     now, and is then asked again later
     */
    CompletionStage<?> send(PeerId keeper, byte[] request);
}
