package dev.culvert.peer;

import dev.culvert.transport.MessageId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Messages over one connected path, authenticated and encrypted, each delivered once and in order or reported as not
 * delivered. The small interface behind which QUIC is to take the place of {@link ReliableSession}. Everything happens
 * on the transport's event loop.
 */
interface PeerSession {
    /** The path is there: prove to each other who speaks. */
    void start();

    /** A datagram from the path. */
    void onDatagram(ByteBuffer datagram);

    /** Sends a message after those before it. */
    void send(MessageId id, byte[] payload);

    /** Ends the session and tells the other side if possible; no call of the listener follows. Idempotent. */
    void close();

    /** What a session reports. */
    interface Listener {
        /** The other side has proved that it holds the peer's keys. */
        void onUp();

        /** A message, in order; the stage completes when the app is done with it. */
        CompletionStage<Void> onMessage(MessageId id, byte[] payload);

        /** The other side's app is done with this message. */
        void onDelivered(MessageId id);

        /** The session ended by itself; these messages, in order, were not seen to be delivered. */
        void onDown(String cause, List<MessageId> undelivered);
    }
}
