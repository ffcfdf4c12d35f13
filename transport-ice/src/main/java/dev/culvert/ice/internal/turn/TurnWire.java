package dev.culvert.ice.internal.turn;

import dev.culvert.udp.UdpSendStatus;
import java.nio.ByteBuffer;

/**
 * Carries whole TURN messages, STUN messages and ChannelData (RFC 8656), between this host and one server. Never blocks.
 * Sending and closing are allowed from any thread.
 */
public interface TurnWire extends AutoCloseable {
    /** Hears of what comes in, on the thread of the wire; must not block it. */
    interface Receiver {
        /** One whole message, without the padding that a stream needs; valid during the call. */
        void onMessage(ByteBuffer message);

        /**
         * Nothing will come any more: there is no connection, or none any more. At most once, and not after
         * {@link TurnWire#close}.
         *
         * @param reason what happened, for people
         */
        void onEnd(String reason);
    }

    /**
     * Sends one message, or drops it: as much as is acceptable for a datagram.
     *
     * @param message its remaining bytes; consumed when the result is {@link UdpSendStatus#SENT}
     */
    UdpSendStatus send(ByteBuffer message);

    /** Whether it loses nothing that it has taken, so that requests need not be repeated. */
    boolean isReliable();

    /** Ends it. Idempotent; from any thread, a receiver's own too. */
    @Override
    void close();
}
