package dev.culvert.peer.internal.session;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells packets that can not belong to our connection before QUIC looks at them: QUIC's server would begin a connection for
 * each first packet with a new connection id, and each takes megabytes. The client's first packets must carry an id that only
 * the peer can know, later ones an id that we made (RFC 9000, 17.2). Event loop only.
 */
final class ForeignPackets {
    /** Bytes of every connection id here: the longest that QUIC allows. */
    static final int ID_LENGTH = 20;

    private static final int LONG_HEADER = 0x80;
    private static final int AT_ID_LENGTH = 5;

    private final boolean client;
    private final List<byte[]> ours = new ArrayList<>();

    ForeignPackets(boolean client, byte[] firstId) {
        if (firstId.length != ID_LENGTH) {
            throw new IllegalArgumentException("A connection id has " + ID_LENGTH + " bytes here");
        }
        this.client = client;
        ours.add(firstId.clone());
    }

    boolean isForeign(ByteBuf packet) {
        if (client || !packet.isReadable() || (packet.getByte(packet.readerIndex()) & LONG_HEADER) == 0) {
            return false; // nothing is begun for these: QUIC drops what it does not know
        }
        int at = packet.readerIndex() + AT_ID_LENGTH;
        if (packet.readableBytes() <= AT_ID_LENGTH + ID_LENGTH || packet.getByte(at) != ID_LENGTH) {
            return true;
        }
        byte[] id = new byte[ID_LENGTH];
        packet.getBytes(at + 1, id);
        return ours.stream().noneMatch(known -> MessageDigest.isEqual(known, id));
    }

    /** Makes the server's own ids and remembers them. */
    QuicConnectionIdGenerator ownIds() {
        QuicConnectionIdGenerator random = QuicConnectionIdGenerator.randomGenerator();
        return new QuicConnectionIdGenerator() {
            @Override
            public ByteBuffer newId(int length) {
                ByteBuffer id = random.newId(length);
                byte[] known = new byte[length];
                id.duplicate().get(known);
                ours.add(known);
                return id;
            }

            @Override
            public ByteBuffer newId(ByteBuffer input, int length) {
                return newId(length);
            }

            @Override
            public int maxConnectionIdLength() {
                return random.maxConnectionIdLength();
            }

            @Override
            public boolean isIdempotent() {
                return false;
            }
        };
    }
}
