package dev.culvert.peer.internal.session;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicCongestionControlAlgorithm;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** QUIC's codecs with the settings of our sessions, the same on both sides. Stateless. */
final class QuicCodecs {
    /** Unreliable datagrams that wait inside QUIC: they come at the pace at which they leave. */
    static final int DATAGRAMS = 1_024;

    /** Bytes of ours in an unreliable datagram: all that fits, with room for an id and a number of the longest kind. */
    static final int DATAGRAM_PAYLOAD = 1_160;

    /** Messages that may be on their way at once. */
    private static final long STREAMS = 256;

    /** Bytes of one message that may be on their way at once, before QUIC has seen how fast the path is. */
    private static final long STREAM_WINDOW = 1 << 20;

    /** Bytes of all messages that may be on their way at once, to begin with. */
    private static final long CONNECTION_WINDOW = 4 << 20;

    /**
     * What every path takes: the least MTU of IPv6, without the headers of IPv6 and UDP. Routers on the way may take less than
     * our own link and not say so; looking for more is QUIC's part, and quiche's way of doing it is not to be relied on
     * yet (ADR 0015).
     */
    private static final int SAFE_DATAGRAM = 1_232;

    /** Within this host; beyond it nothing more is gained. */
    private static final int LOOPBACK_DATAGRAM = 16 << 10;

    private static final int MAX_UDP_PAYLOAD = 65_527;

    private QuicCodecs() {}

    static ChannelHandler client(DatagramPath path, Function<QuicChannel, QuicSslEngine> engines) {
        return common(new QuicClientCodecBuilder(), path, engines).build();
    }

    static ChannelHandler server(
            DatagramPath path,
            Function<QuicChannel, QuicSslEngine> engines,
            QuicConnectionIdGenerator ids,
            ChannelHandler connection,
            ChannelHandler streams) {
        return common(new QuicServerCodecBuilder(), path, engines)
                .connectionIdAddressGenerator(ids)
                .handler(connection)
                .streamHandler(streams)
                .streamOption(ChannelOption.AUTO_READ, false)
                .build();
    }

    private static <B extends QuicCodecBuilder<B>> B common(
            B builder, DatagramPath path, Function<QuicChannel, QuicSslEngine> engines) {
        return builder.sslEngineProvider(engines)
                .localConnectionIdLength(ForeignPackets.ID_LENGTH)
                .maxIdleTimeout(0, TimeUnit.MILLISECONDS) // ICE asks the peer for its consent, always
                .initialMaxData(CONNECTION_WINDOW)
                .initialMaxStreamDataUnidirectional(STREAM_WINDOW)
                .initialMaxStreamsUnidirectional(STREAMS)
                .activeMigration(false)
                .datagram(DATAGRAMS, DATAGRAMS)
                .maxSendUdpPayloadSize(datagram(path))
                .maxRecvUdpPayloadSize(MAX_UDP_PAYLOAD)
                .congestionControlAlgorithm(QuicCongestionControlAlgorithm.BBR);
    }

    private static int datagram(DatagramPath path) {
        return path.staysOnHost() && path.mtu() >= LOOPBACK_DATAGRAM ? LOOPBACK_DATAGRAM : SAFE_DATAGRAM;
    }
}
