package dev.culvert.peer.internal.session;

import dev.culvert.ice.SendStatus;
import dev.culvert.transport.EndCause;
import dev.culvert.transport.MessageId;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Messages over one connected path, authenticated and encrypted, each delivered once and in order or reported as not
 * delivered. All but {@link #onDatagram} and {@link
 * #sendDatagram} happens on the transport's event loop.
 */
public interface PeerSession {
    /** The path is there: prove to each other who speaks. */
    void start();

    /** A datagram from the path; copied. From any thread. */
    void onDatagram(ByteBuffer datagram);

    /** Bytes of the longest datagram. */
    int MAX_DATAGRAM_BYTES = QuicCodecs.DATAGRAM_PAYLOAD;

    /** Sends what may be lost and overtaken; copied. From any thread. */
    SendStatus sendDatagram(ByteBuffer payload);

    /** Sends a message after those before it. */
    void send(MessageId id, byte[] payload);

    /**
     * Ends the session, for a reason that is not the session's own; the listener is told.
     *
     * @param detail for people to read
     */
    void fail(EndCause cause, String detail);

    /** The other side has closed the path, authentically: ends the session when what came before that is read. */
    void onPathClosed();

    /** Ends the session and tells the other side if possible; no call of the listener follows. Idempotent. */
    void close();

    /** What a session reports, on the event loop. */
    interface Listener {
        /** The other side has proved that it holds the peer's keys. */
        void onUp();

        /** A message, in order. */
        Handover onMessage(MessageId id, byte[] payload);

        /** A datagram that could have been lost, not empty; valid during the call. */
        void onDatagram(ByteBuffer payload);

        /** The message is safe with the other side. */
        void onDelivered(MessageId id);

        /** The session ended by itself; these messages, in order, were not seen to be delivered. */
        void onDown(EndCause cause, String detail, List<MessageId> undelivered);
    }
}
