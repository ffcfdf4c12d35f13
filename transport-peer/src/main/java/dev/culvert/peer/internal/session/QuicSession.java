package dev.culvert.peer.internal.session;

import dev.culvert.ice.SendStatus;
import dev.culvert.transport.EndCause;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionAddress;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamLimitChangedEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One QUIC connection over one path. It is up when each side has taken the other's certificate and said so; from then on
 * messages flow, see {@link Wire}. A side that owes us word of a message and sends nothing authentic for
 * {@link Liveness#DEAD_AFTER} is taken for dead. Event loop only, but for {@link #onDatagram}; begins with its
 * construction and ends with {@link #close} or its listener's {@code onDown}.
 */
public final class QuicSession implements PeerSession {
    private static final Logger LOG = LoggerFactory.getLogger(QuicSession.class);

    /** Bytes of what names a session's first packets. */
    public static final int FIRST_ID_LENGTH = ForeignPackets.ID_LENGTH;

    /** QUIC's own word for "no error", with which an orderly end is told. */
    private static final int CLOSED = 0;

    /** The other side does not keep to the protocol. */
    private static final int MALFORMED = 1;

    /** A message could not be handed over: it and those after it have to come again. */
    private static final int FAILED = 2;

    private final QuicTls tls;
    private final PeerId peer;
    private final boolean client;
    private final byte[] firstId;
    private final SessionCounters counters;
    private final Listener listener;
    private final EventLoop loop;
    private final DatagramPath path;
    private final PathIntake intake;
    private final ForeignPackets foreign;
    private final OutgoingMessages outgoing;
    private final IncomingMessages incoming;
    private final SessionRecords records;
    private final OutgoingDatagrams datagrams;
    private final Liveness liveness;
    private @Nullable PathChannel pathChannel;
    private @Nullable QuicSslEngine engine;
    private @Nullable QuicChannel quic;
    private boolean established;
    private boolean failing;
    private boolean over;

    /**
     * What all sessions of a transport share.
     *
     * @param loop where they run
     * @param maxMessageBytes largest message taken from another side
     */
    public record Services(QuicTls tls, EventLoop loop, int maxMessageBytes, SessionCounters counters) {}

    /**
     * A session that waits for its path. On the event loop.
     *
     * @param peer who must be at the other end
     * @param client whether we are QUIC's client; the other side must be the other
     * @param firstId what both sides know and nobody else: names the connection in the first packets, so that only the
     *     peer can begin one; {@link #FIRST_ID_LENGTH} bytes
     * @param room for the peer's messages
     */
    public QuicSession(
            Services services,
            PeerId peer,
            boolean client,
            byte[] firstId,
            DatagramPath path,
            ReceiveRoom room,
            Listener listener) {
        tls = services.tls();
        this.peer = peer;
        this.client = client;
        this.firstId = firstId.clone();
        counters = services.counters();
        loop = services.loop();
        this.listener = listener;
        foreign = new ForeignPackets(client, firstId);
        outgoing = new OutgoingMessages(this::delivered, this::malformed);
        records = new SessionRecords(outgoing, this::becomeUp, this::malformed);
        incoming = new IncomingMessages(
                loop,
                services.maxMessageBytes(),
                room,
                this::handOver,
                records::tellSafe,
                this::malformed,
                detail -> end(EndCause.LOCAL_FAILURE, detail, FAILED));
        datagrams = new OutgoingDatagrams(loop, outgoing::isAwaiting);
        liveness = new Liveness(loop, path, this::isAwaiting, records::ask, this::dead);
        this.path = path;
        intake = new PathIntake(loop, this::onPacket, this::onTurn, counters);
    }

    private QuicSslEngine newEngine(QuicChannel connection) {
        if (engine != null) {
            throw new IllegalStateException("A session has one connection");
        }
        engine = tls.engine(client, peer);
        return engine;
    }

    /** Not before: only now the path says how large its datagrams may be. */
    @Override
    public void start() {
        if (over || pathChannel != null) {
            return;
        }
        PathChannel channel = new PathChannel(path, counters);
        pathChannel = channel;
        channel.pipeline().addLast(client ? clientCodec() : serverCodec());
        var unused = loop.register(channel); // on the event loop it is done when the call returns
        if (client) {
            connect(channel);
        }
        intake.start();
    }

    private ChannelHandler clientCodec() {
        return QuicCodecs.client(path, this::newEngine);
    }

    private ChannelHandler serverCodec() {
        return QuicCodecs.server(path, this::newEngine, foreign.ownIds(), new Connection(), new Streams());
    }

    private void connect(PathChannel channel) {
        var unused = QuicChannel.newBootstrap(channel)
                .handler(new Connection())
                .streamHandler(new Streams())
                .streamOption(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0) // whoever wants the session knows how long to wait
                .remoteConnectionAddress(new QuicConnectionAddress(firstId))
                .connect()
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        handshakeFailed(connected.cause());
                    }
                });
    }

    /** Bytes of messages in this session's hands on the receiving side; for tests. */
    long held() {
        return incoming.held();
    }

    private void handshakeFailed(@Nullable Throwable cause) {
        if (!over && !failing) {
            failing = true;
            counters.failedHandshakes.increment();
            String why = "the handshake failed: " + (cause == null ? "no reason given" : cause.getMessage());
            loop.execute(() -> end(
                    EndCause.REFUSED,
                    why,
                    CLOSED)); // the codec is in the middle of sending: it could not tell the peer
        }
    }

    // ---- packets

    @Override
    public void onDatagram(ByteBuffer datagram) {
        intake.offer(datagram);
    }

    private void onPacket(ByteBuf packet) {
        PathChannel channel = pathChannel;
        if (channel == null || foreign.isForeign(packet)) {
            counters.foreign.increment();
            packet.release();
        } else {
            channel.pipeline().fireChannelRead(new DatagramPacket(packet, PathChannel.END, PathChannel.END));
        }
    }

    private void onTurn() {
        if (pathChannel != null) {
            pathChannel.pipeline().fireChannelReadComplete();
        }
    }

    // ---- the connection

    /** What QUIC tells of the connection. */
    private final class Connection extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            quic = (QuicChannel) ctx.channel();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                if (handshake.isSuccess()) {
                    established = true;
                    records.open((QuicChannel) ctx.channel());
                } else {
                    handshakeFailed(handshake.cause());
                }
            } else if (event instanceof QuicConnectionCloseEvent closing) {
                onPeerClose(closing);
            } else if (event instanceof QuicStreamLimitChangedEvent) {
                outgoing.pump();
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object read) {
            if (read instanceof ByteBuf datagram) {
                onQuicDatagram(datagram);
            } else {
                ctx.fireChannelRead(read); // streams: set up by Netty
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.debug("QUIC with {}", peer.toShortString(), cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (!failing) {
                end(
                        records.isUp() ? EndCause.CLOSED_BY_PEER : EndCause.REFUSED,
                        records.isUp() ? "the connection ended" : "the handshake failed",
                        CLOSED);
            }
        }
    }

    private void onPeerClose(QuicConnectionCloseEvent closing) {
        if (records.isUp() && closing.isApplicationClose() && closing.error() == CLOSED) {
            end(EndCause.CLOSED_BY_PEER, "the peer closed the session", CLOSED);
        } else if (records.isUp()) {
            boolean inOrder = closing.isApplicationClose() && closing.error() != MALFORMED;
            end(
                    inOrder ? EndCause.CLOSED_BY_PEER : EndCause.PROTOCOL_ERROR,
                    "the peer ended the connection with error " + closing.error(),
                    CLOSED);
        } else {
            handshakeFailed(new IllegalStateException("the peer refused it, with error " + closing.error()));
        }
    }

    /** Gives each stream of the other side what reads it. */
    private final class Streams extends ChannelInitializer<QuicStreamChannel> {
        @Override
        protected void initChannel(QuicStreamChannel stream) {
            long number = Wire.number(stream.streamId());
            if (number == 0) {
                stream.pipeline().addLast(new ControlStream.Reader(records::onRecord, QuicSession.this::malformed));
                stream.config().setAutoRead(true); // reads at once
            } else {
                stream.pipeline().addLast(new IncomingMessage(incoming, number));
            }
        }
    }

    /** Both sides have taken each other's certificate. */
    private void becomeUp() {
        if (quic != null) {
            datagrams.start(quic); // first: whoever hears that we are up may send them at once
        }
        listener.onUp();
        if (!over && quic != null) {
            liveness.start(quic);
            outgoing.start(quic);
        }
    }

    private void onQuicDatagram(ByteBuf datagram) {
        if (records.isUp()
                && !over
                && datagram.readableBytes() > 1
                && datagram.getByte(datagram.readerIndex()) == Wire.DATA) {
            try {
                listener.onDatagram(datagram.skipBytes(1).nioBuffer());
            } finally {
                datagram.release();
            }
        } else {
            records.onDatagram(datagram);
        }
    }

    private void malformed(String what) {
        if (!over) {
            counters.malformed.increment();
            end(records.isUp() ? EndCause.PROTOCOL_ERROR : EndCause.REFUSED, what, MALFORMED);
        }
    }

    // ---- messages

    @Override
    public void send(MessageId id, byte[] payload) {
        liveness.expectAnswer();
        outgoing.offer(id, payload);
    }

    @Override
    public SendStatus sendDatagram(ByteBuffer payload) {
        return datagrams.offer(payload);
    }

    private boolean isAwaiting() {
        return outgoing.isAwaiting();
    }

    private void delivered(MessageId id) {
        if (!over) { // one record can tell of many, and the listener can close us at each
            listener.onDelivered(id);
        }
    }

    private Handover handOver(IncomingMessage message) {
        return listener.onMessage(message.id(), message.takePayload());
    }

    // ---- liveness

    private void dead() {
        counters.silent.increment();
        end(EndCause.SILENT, "the peer has not answered for " + Liveness.DEAD_AFTER.toSeconds() + " s", CLOSED);
    }

    // ---- the end

    private void end(EndCause cause, String detail, int code) {
        if (over) {
            return;
        }
        List<MessageId> undelivered = stop(code, detail);
        listener.onDown(cause, detail, undelivered);
    }

    @Override
    public void fail(EndCause cause, String detail) {
        end(cause, detail, CLOSED);
    }

    @Override
    public void onPathClosed() {
        if (over) {
            return;
        }
        if (intake.isEmpty()) {
            end(EndCause.CLOSED_BY_PEER, "the peer closed the path", CLOSED);
        } else {
            loop.execute(this::onPathClosed);
        }
    }

    @Override
    public void close() {
        if (!over) {
            stop(CLOSED, "");
        }
    }

    private List<MessageId> stop(int code, String reason) {
        over = true;
        records.end();
        liveness.close();
        datagrams.close();
        intake.close();
        incoming.end();
        List<MessageId> undelivered = outgoing.end();
        if (quic != null) {
            ByteBuf text = Unpooled.copiedBuffer(reason, StandardCharsets.UTF_8);
            // Before the handshake is done there is no packet for an application's error, and quiche looks for one
            // without end.
            var unused = quic.close(established, established ? code : CLOSED, text);
        }
        if (pathChannel != null) {
            // The codec puts flushing off while it reads, and we may have been called from there: send the last packet
            // now.
            pathChannel.unsafe().flush();
            var unused = pathChannel.close(); // frees what the codec holds
        }
        if (engine != null) {
            tls.forget(engine);
        }
        return undelivered;
    }
}
