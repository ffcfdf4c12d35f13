package dev.culvert.ice.internal.turn;

import dev.culvert.ice.internal.StunAttribute;
import dev.culvert.ice.internal.StunBuilder;
import dev.culvert.ice.internal.TransactionId;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Writes what a TURN client says (RFC 8656), and knows the form of ChannelData. Stateless. */
final class TurnMessages {
    static final int ALLOCATE = 0x003;
    static final int REFRESH = 0x004;
    static final int DATA = 0x007;
    static final int CREATE_PERMISSION = 0x008;
    static final int CHANNEL_BIND = 0x009;

    /** Channels that may be bound (RFC 8656 section 12): 0x4000 to 0x4FFF. */
    static final int FIRST_CHANNEL = 0x4000;

    static final int LAST_CHANNEL = 0x4FFF;

    /** Number and length before the data of a ChannelData message. */
    static final int CHANNEL_HEAD = 4;

    private static final short SEND_INDICATION = 0x0016;
    private static final int UDP = 17 << 24;

    private TurnMessages() {}

    /** @param key null for a first try, which the server answers with its realm */
    static byte[] allocate(TransactionId id, @Nullable LongTermKey key) {
        StunBuilder request = request(ALLOCATE, id).putInt(StunAttribute.REQUESTED_TRANSPORT, UDP);
        return end(request, key);
    }

    /** @param lifetimeSeconds 0 ends the allocation */
    static byte[] refresh(TransactionId id, int lifetimeSeconds, @Nullable LongTermKey key) {
        return end(request(REFRESH, id).putInt(StunAttribute.LIFETIME, lifetimeSeconds), key);
    }

    static byte[] createPermission(TransactionId id, InetSocketAddress peer, @Nullable LongTermKey key) {
        return end(request(CREATE_PERMISSION, id).putXorAddress(StunAttribute.XOR_PEER_ADDRESS, peer), key);
    }

    static byte[] channelBind(TransactionId id, int channel, InetSocketAddress peer, @Nullable LongTermKey key) {
        StunBuilder request = request(CHANNEL_BIND, id)
                .putInt(StunAttribute.CHANNEL_NUMBER, channel << 16)
                .putXorAddress(StunAttribute.XOR_PEER_ADDRESS, peer);
        return end(request, key);
    }

    /** Data for a peer without a channel. The payload's remaining bytes are consumed. */
    static byte[] sendIndication(TransactionId id, InetSocketAddress peer, ByteBuffer payload) {
        int room = StunBuilder.ADDRESS_BYTES + StunBuilder.sizeOf(payload.remaining());
        return new StunBuilder(SEND_INDICATION, id, room)
                .putXorAddress(StunAttribute.XOR_PEER_ADDRESS, peer)
                .put(StunAttribute.DATA, payload)
                .build();
    }

    private static StunBuilder request(int method, TransactionId id) {
        // Every request has at most two attributes of its own, and three of the credentials.
        int room = StunBuilder.sizeOf(Integer.BYTES) + StunBuilder.ADDRESS_BYTES + LongTermKey.MAX_BYTES;
        return new StunBuilder((short) method, id, room);
    }

    private static byte[] end(StunBuilder request, @Nullable LongTermKey key) {
        return key == null ? request.build() : key.sign(request).build();
    }

    /** Whether a message of a wire is ChannelData rather than STUN. */
    static boolean isChannelData(ByteBuffer message) {
        return message.remaining() >= CHANNEL_HEAD && (message.get(message.position()) & 0xF0) == 0x40;
    }
}
