package dev.culvert.peer.internal.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.Future;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Our records about the session: on the first stream that we open, and in datagrams where that is held back. Event loop
 * only; ends with its connection.
 */
final class ControlStream {
    private final QuicChannel connection;
    private final QuicStreamChannel stream;
    private long safe;
    private long told; // of it, on the stream
    private boolean planned;
    private boolean held;

    private ControlStream(QuicChannel connection, QuicStreamChannel stream) {
        this.connection = connection;
        this.stream = stream;
    }

    /** Opens the stream, which must be the connection's first; null if the other side allows none. */
    static @Nullable ControlStream open(QuicChannel connection) {
        Future<QuicStreamChannel> opened =
                connection.createStream(QuicStreamType.UNIDIRECTIONAL, new ChannelInboundHandlerAdapter());
        return opened.isSuccess() ? new ControlStream(connection, opened.getNow()) : null;
    }

    /** Says that the other side's certificate has been taken. */
    void ready() {
        var unused = write(Wire.READY, Wire.VERSION);
    }

    private ChannelFuture write(byte type, long value) {
        return stream.writeAndFlush(record(type, value));
    }

    private ByteBuf record(byte type, long value) {
        return stream.alloc().directBuffer(Wire.RECORD_LENGTH).writeByte(type).writeLong(value);
    }

    /** Says that so many messages are safe, once in a turn of the event loop. */
    void safe(long count) {
        safe = count;
        if (!planned) {
            planned = true;
            stream.eventLoop().execute(() -> {
                planned = false;
                tellSafe();
            });
        }
    }

    private void tellSafe() {
        if (!held && safe > told) {
            told = safe;
            ChannelFuture taken = write(Wire.SAFE, told);
            held = !taken.isDone();
            if (held) {
                taken.addListener(done -> {
                    held = false;
                    if (done.isSuccess()) {
                        tellSafe();
                    }
                });
            }
        }
        if (held) {
            datagram(Wire.SAFE);
        }
    }

    /** Says the same in a datagram, which may be lost. */
    void datagram(byte type) {
        var unused = connection.writeAndFlush(record(type, safe));
    }

    /** What the reader calls. */
    @FunctionalInterface
    interface Records {
        void onRecord(byte type, long value);
    }

    /** Reads the other side's records. */
    static final class Reader extends ChannelInboundHandlerAdapter {
        private final Records records;
        private final Consumer<String> broken;
        private final ByteBuffer record = ByteBuffer.allocate(Wire.RECORD_LENGTH);

        Reader(Records records, Consumer<String> broken) {
            this.records = records;
            this.broken = broken;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object read) {
            ByteBuf bytes = (ByteBuf) read;
            try {
                while (bytes.isReadable()) {
                    record.put(bytes.readByte());
                    if (!record.hasRemaining()) {
                        record.flip();
                        records.onRecord(record.get(), record.getLong());
                        record.clear();
                    }
                }
            } finally {
                bytes.release();
            }
        }

        /** The end of the other side's half; the stream stays open on ours. */
        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownReadComplete) {
                broken.accept("the peer ended its control stream");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            broken.accept("the control stream failed: " + cause.getMessage());
        }
    }
}
