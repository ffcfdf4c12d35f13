package dev.culvert.ice.internal.turn;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the messages in a stream that comes in pieces (RFC 8656 section 12.6): STUN messages, whose length is a multiple of
 * four, and ChannelData, padded to one. Logic only: no I/O, never blocks. One for each stream, and one thread at a time.
 */
final class StreamFraming {
    /** A STUN message of the greatest length that its field can hold and that is a multiple of four. */
    static final int MAX_MESSAGE_BYTES = 20 + 65_532;

    private static final int STUN_HEADER_BYTES = 20;
    private static final int CHANNEL_HEAD_BYTES = 4;

    /** As much as tells how long either kind is. */
    private static final int HEAD_BYTES = 4;

    private static final int FIRST_BUFFER_BYTES = 2_048;

    /** What has come of a message that began in an earlier piece, from 0 to its position; grows up to the maximum. */
    private ByteBuffer partial = ByteBuffer.allocate(FIRST_BUFFER_BYTES);

    /** Bytes of the last message's padding that are still to come. */
    private int paddingDue;

    /**
     * Takes the next message out of what has come.
     *
     * @param in consumed as far as this message needs; all of it if there is none
     * @return the message without padding, valid until the next call and while {@code in} is not changed; null if more must
     *     come first
     * @throws ProtocolException if this can not be TURN; the stream is of no use any more
     */
    @Nullable
    ByteBuffer next(ByteBuffer in) throws ProtocolException {
        int padding = Math.min(paddingDue, in.remaining());
        in.position(in.position() + padding);
        paddingDue -= padding;
        if (partial.position() == 0) {
            ByteBuffer whole = wholeIn(in);
            if (whole != null) {
                return whole;
            }
        }
        return collect(in);
    }

    /** The usual case, without a copy. */
    private @Nullable ByteBuffer wholeIn(ByteBuffer in) throws ProtocolException {
        if (in.remaining() < HEAD_BYTES) {
            return null;
        }
        int length = messageBytes(head(in, in.position()));
        if (in.remaining() < length) {
            return null;
        }
        ByteBuffer message = in.slice(in.position(), length);
        in.position(in.position() + length);
        paddingDue = padding(length);
        return message;
    }

    private @Nullable ByteBuffer collect(ByteBuffer in) throws ProtocolException {
        if (!fillTo(HEAD_BYTES, in)) {
            return null;
        }
        int length = messageBytes(head(partial, 0));
        if (!fillTo(length, in)) {
            return null;
        }
        ByteBuffer message = partial.slice(0, length);
        partial.clear();
        paddingDue = padding(length);
        return message;
    }

    /** Whether the message that began earlier has so many bytes now. */
    private boolean fillTo(int bytes, ByteBuffer in) {
        if (partial.capacity() < bytes) {
            partial = ByteBuffer.allocate(bytes).put(partial.flip());
        }
        int taken = Math.max(0, Math.min(bytes - partial.position(), in.remaining()));
        partial.put(in.slice(in.position(), taken));
        in.position(in.position() + taken);
        return partial.position() >= bytes;
    }

    private static int messageBytes(int head) throws ProtocolException {
        int kind = head >>> 24;
        int length = head & 0xFFFF;
        if (isChannelData(kind)) {
            return CHANNEL_HEAD_BYTES + length;
        }
        if (!isStun(kind)) {
            throw new ProtocolException("it sent something that is neither STUN nor ChannelData");
        }
        if (length % 4 != 0) {
            throw new ProtocolException("it sent a STUN message of " + length + " bytes, which is no multiple of four");
        }
        return STUN_HEADER_BYTES + length;
    }

    private static boolean isStun(int firstByte) {
        return (firstByte & 0xC0) == 0;
    }

    private static boolean isChannelData(int firstByte) {
        return (firstByte & 0xF0) == 0x40;
    }

    /** How many bytes of zero follow a message of this length in a stream: 0 to 3. */
    private static int padding(int messageBytes) {
        return -messageBytes & 3;
    }

    /**
     * How many bytes of zero must follow this message in a stream: 0 to 3. The buffer stays as it is.
     *
     * @throws IllegalArgumentException if it is not one whole message without padding: the other side would read all that
     *     follows wrongly
     */
    static int paddingOf(ByteBuffer message) {
        int length = message.remaining();
        try {
            if (length >= HEAD_BYTES && messageBytes(head(message, message.position())) == length) {
                return padding(length);
            }
        } catch (ProtocolException e) {
            throw new IllegalArgumentException("Neither a STUN message nor ChannelData", e);
        }
        throw new IllegalArgumentException("Not one whole message, but " + length + " bytes");
    }

    /** Byte by byte, whatever the order of the caller's buffer. */
    private static int head(ByteBuffer message, int at) {
        return message.get(at) << 24 | (message.get(at + 2) & 0xFF) << 8 | (message.get(at + 3) & 0xFF);
    }
}
