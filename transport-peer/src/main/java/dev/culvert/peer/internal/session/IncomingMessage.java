package dev.culvert.peer.internal.session;

import dev.culvert.transport.MessageId;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One message as its stream brings it. Its room grows with what arrives, not with what is announced. Event loop only;
 * ends with its stream.
 */
final class IncomingMessage extends ChannelInboundHandlerAdapter {
    /** Small, as each stream that the peer opens can have it for a byte. */
    private static final int FIRST_ROOM = 4 << 10;

    private static final byte[] NONE = {};

    private final IncomingMessages messages;
    private final long number;
    private @Nullable ChannelHandlerContext context;
    private byte[] head = new byte[Wire.MESSAGE_HEAD];
    private int headLength;
    private byte[] payload = NONE;
    private int length = -1;
    private int held;
    private boolean wantsRead;

    IncomingMessage(IncomingMessages messages, long number) {
        this.messages = messages;
        this.number = number;
    }

    /** The stream's number: 1 is the first message. */
    long number() {
        return number;
    }

    boolean isWhole() {
        return held == length;
    }

    /** Bytes that are there. */
    int held() {
        return held;
    }

    MessageId id() {
        return MessageId.readFrom(ByteBuffer.wrap(head));
    }

    /** The bytes of a whole message; the caller's from now on. */
    byte[] takePayload() {
        byte[] taken = payload;
        payload = NONE;
        return taken;
    }

    /** Reads more now, or waits for the next call. */
    void readIf(boolean room) {
        if (context != null && room && !wantsRead && !isWhole()) {
            wantsRead = true;
            context.read();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        messages.opened(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        wantsRead = false;
        ByteBuf bytes = (ByteBuf) read;
        try {
            take(bytes);
        } finally {
            bytes.release();
        }
    }

    private void take(ByteBuf bytes) {
        if (length < 0 && !takeHead(bytes)) {
            return;
        }
        if (bytes.readableBytes() > length - held) {
            messages.onBroken("the peer sent more of a message than it had announced");
            return;
        }
        int more = bytes.readableBytes();
        if (held + more > payload.length) {
            payload = Arrays.copyOf(payload, roomFor(held + more));
        }
        bytes.readBytes(payload, held, more);
        held += more;
        messages.onBytes(this, more);
        if (isWhole()) {
            messages.onWhole(this);
            if (context != null) {
                context.channel().config().setAutoRead(true); // until the end of the stream, which must follow
            }
        }
    }

    private int roomFor(int needed) {
        long doubled = Math.max(needed, 2L * payload.length);
        return (int) Math.min(length, Math.max(FIRST_ROOM, doubled));
    }

    private boolean takeHead(ByteBuf bytes) {
        int more = Math.min(bytes.readableBytes(), head.length - headLength);
        bytes.readBytes(head, headLength, more);
        headLength += more;
        if (headLength < head.length) {
            return false;
        }
        int announced = ByteBuffer.wrap(head).getInt(Wire.MESSAGE_HEAD - Integer.BYTES);
        if (announced < 0 || announced > messages.maxMessageBytes()) {
            messages.onBroken("the peer announced a message of " + announced + " bytes");
            return false;
        }
        length = announced;
        return true;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!isWhole()) {
            readIf(messages.mayRead(this));
        }
    }

    /** Netty keeps a stream, and all that it refers to, until it is closed on our side, too. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownReadComplete) {
            var unused = ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        context = null;
        boolean alone = ctx.channel().parent().isActive(); // else the connection says why
        if (!isWhole() && alone) {
            messages.onBroken("the peer ended a message before its end");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        messages.onBroken("a message's stream failed: " + cause.getMessage());
    }
}
