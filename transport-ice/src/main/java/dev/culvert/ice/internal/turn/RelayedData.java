package dev.culvert.ice.internal.turn;

import dev.culvert.ice.internal.StunAttribute;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.TransactionId;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A peer's datagram inside a message of a TURN server (RFC 8656 sections 11 and 12).
 *
 * @param peer who sent it, as the server says
 * @param payload valid as long as the message it came in
 */
public record RelayedData(InetSocketAddress peer, ByteBuffer payload) {
    /** Takes what a relay receives. */
    @FunctionalInterface
    public interface Sink {
        /** The payload is valid during the call. */
        void onData(InetSocketAddress peer, ByteBuffer payload);
    }

    /** The largest UDP payload less what an indication puts around a peer's. */
    public static final int MAX_PAYLOAD = 65_507 - 56;

    /** Room for any payload with what is around it. */
    public static final int MAX_FRAME = 65_536;

    /** Whether a message is ChannelData rather than STUN. */
    public static boolean isChannelData(ByteBuffer message) {
        return TurnMessages.isChannelData(message);
    }

    /** The number of the channel of ChannelData. */
    public static int channel(ByteBuffer message) {
        return Short.toUnsignedInt(message.getShort(message.position()));
    }

    /**
     * Reads ChannelData; null if it is cut, or of a channel that is not ours.
     *
     * @param peer whose channel it is, if anybody's
     */
    public static @Nullable RelayedData ofChannel(ByteBuffer message, @Nullable InetSocketAddress peer) {
        int start = message.position();
        int length = Short.toUnsignedInt(message.getShort(start + 2));
        if (peer == null || length > message.remaining() - TurnMessages.CHANNEL_HEAD) {
            return null;
        }
        return new RelayedData(peer, message.slice(start + TurnMessages.CHANNEL_HEAD, length));
    }

    /** Reads a Data indication; null if it is something else, or incomplete. */
    public static @Nullable RelayedData ofIndication(StunMessage indication) {
        InetSocketAddress peer =
                indication.xorAddress(StunAttribute.XOR_PEER_ADDRESS).orElse(null);
        ByteBuffer payload = indication.attribute(StunAttribute.DATA).orElse(null);
        if (indication.method() != TurnMessages.DATA || peer == null || payload == null) {
            return null;
        }
        return new RelayedData(peer, payload);
    }

    /** Writes a payload into a cleared frame as ChannelData, and flips it. */
    public static void frame(ByteBuffer frame, int channel, ByteBuffer payload) {
        frame.clear();
        frame.putShort((short) channel)
                .putShort((short) payload.remaining())
                .put(payload)
                .flip();
    }

    /** The same as an indication, for a peer without a channel. */
    public static void frame(ByteBuffer frame, TransactionId id, InetSocketAddress peer, ByteBuffer payload) {
        frame.clear();
        frame.put(TurnMessages.sendIndication(id, peer, payload)).flip();
    }
}
