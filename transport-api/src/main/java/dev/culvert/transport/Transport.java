package dev.culvert.transport;

import java.util.concurrent.CompletableFuture;

/** Delivers messages to peers and takes theirs. Implementations are safe to call from any thread. */
public interface Transport extends AutoCloseable {
    /** Who this transport speaks for. */
    PeerId localPeer();

    /**
     * Sends one message by the best way that works.
     *
     * @param to the receiver
     * @param payload the bytes, copied before this returns
     * @return completes when the receiver has the message, or when it is safely queued; fails with a
     *     {@link TransportException}
     */
    CompletableFuture<SendResult> send(PeerId to, byte[] payload);

    /** Sets the handler for incoming messages; messages that arrive before it is set wait for it. */
    void onMessage(MessageHandler handler);

    /** Ends everything this transport started. Idempotent, bounded, callable from any thread and from a handler. */
    @Override
    void close();
}
