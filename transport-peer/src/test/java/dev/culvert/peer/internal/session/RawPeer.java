package dev.culvert.peer.internal.session;

import dev.culvert.identity.TlsCredentials;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.BoringSSLContextOption;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicConnectionAddress;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.concurrent.Future;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A peer that speaks QUIC, under an end's identity and in its place, and says inside it whatever a test wants. */
final class RawPeer implements DatagramPath, AutoCloseable {
    final CompletableFuture<Void> handshake = new CompletableFuture<>();

    /** The error with which the other side closed the connection. */
    final CompletableFuture<Integer> closed = new CompletableFuture<>();

    /** Bytes read from streams. */
    final AtomicLong received = new AtomicLong();

    /** Whether its handshakes show a certificate, as a client's. */
    boolean showsCertificate = true;

    /** Whether it reads what the other side sends. */
    boolean reads = true;

    /** Whether it asks the other side to stop each of its messages. */
    boolean stops;

    String group = "X25519MLKEM768";
    String protocol = QuicTls.PROTOCOL;
    long window = 4 << 20;

    private final TwoSessions two;
    private final TwoSessions.End self;
    private @Nullable PathChannel channel;
    private @Nullable QuicChannel quic;
    private @Nullable QuicStreamChannel control;

    RawPeer(TwoSessions two, TwoSessions.End self) {
        this.two = two;
        this.self = self;
    }

    /** Begins, and the end at the other side with it. */
    void start() {
        self.instead = this::receive;
        TwoSessions.End other = self.other();
        other.open();
        other.run(() -> other.session().start());
        self.run(() -> {
            PathChannel path = new PathChannel(this, new SessionCounters());
            channel = path;
            path.pipeline().addLast(self.isClient ? client() : server());
            var unused = self.loop.register(path);
            if (self.isClient) {
                var unused2 = QuicChannel.newBootstrap(path)
                        .handler(new Connection())
                        .streamHandler(new Streams())
                        .streamOption(ChannelOption.AUTO_READ, reads)
                        .remoteConnectionAddress(new QuicConnectionAddress(two.firstId))
                        .connect();
            }
        });
    }

    /** A peer in the client's place that has said READY, and been taken for who it is. */
    static RawPeer up(TwoSessions two) throws Exception {
        RawPeer peer = new RawPeer(two, two.client);
        peer.start();
        peer.ready();
        return peer;
    }

    void ready() throws Exception {
        handshake.get(20, TimeUnit.SECONDS);
        record(Wire.READY, Wire.VERSION);
        self.other().awaitUp();
    }

    // ---- set-up

    private ChannelHandler client() {
        QuicSslContextBuilder tls = QuicSslContextBuilder.forClient().endpointIdentificationAlgorithm(null);
        if (showsCertificate) {
            tls.keyManager(new OwnKey(credentials()), null);
        }
        QuicSslContext context = common(tls);
        return common(new QuicClientCodecBuilder())
                .sslEngineProvider(connection -> context.newEngine(connection.alloc()))
                .build();
    }

    private ChannelHandler server() {
        QuicSslContext context = common(
                QuicSslContextBuilder.forServer(new OwnKey(credentials()), null).clientAuth(ClientAuth.REQUIRE));
        return common(new QuicServerCodecBuilder())
                .sslEngineProvider(connection -> context.newEngine(connection.alloc()))
                .handler(new Connection())
                .streamHandler(new Streams())
                .streamOption(ChannelOption.AUTO_READ, reads)
                .build();
    }

    private TlsCredentials credentials() {
        return self.self.tlsCredentials();
    }

    private QuicSslContext common(QuicSslContextBuilder builder) {
        Map<String, String> keys = Stream.of(
                        "UNKNOWN", "RSA", "DHE_RSA", "ECDHE_RSA", "ECDHE_ECDSA", "ECDH_RSA", "ECDH_ECDSA", "DH_RSA")
                .collect(Collectors.toMap(Function.identity(), name -> OwnKey.TYPE));
        return builder.trustManager(InsecureTrustManagerFactory.INSTANCE)
                .applicationProtocols(protocol)
                .option(BoringSSLContextOption.GROUPS, new String[] {group})
                .option(BoringSSLContextOption.SIGNATURE_ALGORITHMS, new String[] {"ed25519"})
                .option(BoringSSLContextOption.SERVER_KEY_TYPES, keys)
                .option(BoringSSLContextOption.CLIENT_KEY_TYPES, Set.of(OwnKey.TYPE))
                .build();
    }

    private <B extends QuicCodecBuilder<B>> B common(B builder) {
        return builder.localConnectionIdLength(ForeignPackets.ID_LENGTH)
                .initialMaxData(window)
                .initialMaxStreamDataUnidirectional(window)
                .initialMaxStreamsUnidirectional(256)
                .maxIdleTimeout(0, TimeUnit.MILLISECONDS);
    }

    // ---- what it says

    /** Opens the next stream; the first is the control stream. */
    QuicStreamChannel open() {
        QuicChannel connection = connection();
        List<Future<QuicStreamChannel>> opened = new ArrayList<>();
        self.run(() ->
                opened.add(connection.createStream(QuicStreamType.UNIDIRECTIONAL, new ChannelInboundHandlerAdapter())));
        if (!opened.get(0).isSuccess()) {
            throw new IllegalStateException("no stream", opened.get(0).cause());
        }
        return opened.get(0).getNow();
    }

    QuicChannel connection() {
        QuicChannel connection = quic;
        if (connection == null) {
            throw new IllegalStateException("no connection");
        }
        return connection;
    }

    QuicStreamChannel control() {
        QuicStreamChannel current = control;
        if (current == null) {
            current = open();
            control = current;
        }
        return current;
    }

    void record(byte type, long value) {
        write(control(), recordBytes(type, value));
    }

    static byte[] recordBytes(byte type, long value) {
        return ByteBuffer.allocate(Wire.RECORD_LENGTH).put(type).putLong(value).array();
    }

    /** What begins a message of this length. */
    static byte[] head(long id, int length) {
        return ByteBuffer.allocate(Wire.MESSAGE_HEAD)
                .putLong(id)
                .putLong(id)
                .putInt(length)
                .array();
    }

    /** A whole message, without the end of its stream. */
    static byte[] message(long id, byte[] payload) {
        return ByteBuffer.allocate(Wire.MESSAGE_HEAD + payload.length)
                .put(head(id, payload.length))
                .put(payload)
                .array();
    }

    void write(QuicStreamChannel stream, byte[] bytes) {
        self.run(() -> {
            var unused = stream.writeAndFlush(Unpooled.wrappedBuffer(bytes));
        });
    }

    void end(QuicStreamChannel stream) {
        self.run(() -> {
            var unused = stream.write(new DefaultQuicStreamFrame(Unpooled.EMPTY_BUFFER, true)); // after what waits
        });
    }

    void reset(QuicStreamChannel stream) {
        self.run(() -> {
            var unused = stream.shutdownOutput(7);
        });
    }

    // ---- what it hears

    private final class Connection extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            quic = (QuicChannel) ctx.channel();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent done) {
                if (done.isSuccess()) {
                    handshake.complete(null);
                } else {
                    handshake.completeExceptionally(done.cause());
                }
            } else if (event instanceof QuicConnectionCloseEvent closing) {
                closed.complete(closing.error());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            handshake.completeExceptionally(new IllegalStateException("closed"));
            closed.completeExceptionally(new IllegalStateException("not by the other side"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            handshake.completeExceptionally(cause);
        }
    }

    private final class Streams extends ChannelInitializer<QuicStreamChannel> {
        @Override
        protected void initChannel(QuicStreamChannel stream) {
            if (stops && Wire.number(stream.streamId()) > 0) {
                var unused = stream.shutdownInput(9);
            }
            stream.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object read) {
                    ByteBuf bytes = (ByteBuf) read;
                    received.addAndGet(bytes.readableBytes());
                    bytes.release();
                }
            });
        }
    }

    // ---- the path

    private void receive(byte[] datagram) {
        self.loop.execute(() -> {
            PathChannel path = channel;
            if (path != null && path.isOpen()) {
                ByteBuf bytes = path.alloc().directBuffer(datagram.length).writeBytes(datagram);
                path.pipeline().fireChannelRead(new DatagramPacket(bytes, PathChannel.END, PathChannel.END));
                path.pipeline().fireChannelReadComplete();
            }
        });
    }

    @Override
    public int send(List<ByteBuffer> datagrams) {
        return self.send(datagrams);
    }

    @Override
    public int mtu() {
        return self.mtu();
    }

    @Override
    public boolean staysOnHost() {
        return self.staysOnHost();
    }

    @Override
    public void doubt() {
        // it has no doubts
    }

    @Override
    public void close() {
        self.run(() -> {
            if (quic != null) {
                var unused = quic.close(true, 0, Unpooled.EMPTY_BUFFER);
            }
            if (channel != null) {
                var unused = channel.close();
            }
        });
    }
}
