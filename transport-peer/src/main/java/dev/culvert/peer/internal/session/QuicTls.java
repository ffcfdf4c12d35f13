package dev.culvert.peer.internal.session;

import dev.culvert.identity.TlsCredentials;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.UnsupportedPlatformException;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.quic.BoringSSLContextOption;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.ssl.ClientAuth;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;

/**
 * TLS 1.3 for the sessions of one identity: both sides show their Ed25519 key, each takes only the one it expects, and
 * keys are agreed with X25519 and ML-KEM-768 together, so that what is recorded today stays secret from a quantum
 * computer. No session is resumed and nothing is sent before the handshake is done. Thread-safe; one for each transport.
 */
public final class QuicTls {
    /** What both ends speak inside QUIC; another number is another protocol, and the handshake says so. */
    static final String PROTOCOL = "culvert/1";

    private static final String[] GROUPS = {"X25519MLKEM768"};
    private static final String[] SIGNATURES = {"ed25519"};

    /** What TLS calls the ways to authenticate; for all of them we have the one key. */
    private static final Map<String, String> SERVER_KEYS = Stream.of(
                    "UNKNOWN", "RSA", "DHE_RSA", "ECDHE_RSA", "ECDHE_ECDSA", "ECDH_RSA", "ECDH_ECDSA", "DH_RSA")
            .collect(Collectors.toUnmodifiableMap(Function.identity(), name -> OwnKey.TYPE));

    private final Map<SSLEngine, PeerId> expected = new ConcurrentHashMap<>();
    private final QuicSslContext client;
    private final QuicSslContext server;

    /**
     * @throws UnsupportedPlatformException if QUIC's native library is not there for this platform
     */
    public QuicTls(TlsCredentials credentials, SessionCounters counters) {
        requireNatives();
        OwnKey key = new OwnKey(credentials);
        PinnedPeers pins = new PinnedPeers(Collections.unmodifiableMap(expected), counters);
        client = common(
                        QuicSslContextBuilder.forClient().keyManager(key, null).endpointIdentificationAlgorithm(null),
                        pins)
                .build();
        server = common(QuicSslContextBuilder.forServer(key, null).clientAuth(ClientAuth.REQUIRE), pins)
                .build();
    }

    private static QuicSslContextBuilder common(QuicSslContextBuilder builder, PinnedPeers pins) {
        return builder.trustManager(pins)
                .applicationProtocols(PROTOCOL)
                .earlyData(false)
                .sessionCacheSize(1) // 0 would mean without bound; nothing looks for one
                .option(BoringSSLContextOption.GROUPS, GROUPS)
                .option(BoringSSLContextOption.SIGNATURE_ALGORITHMS, SIGNATURES)
                .option(BoringSSLContextOption.SERVER_KEY_TYPES, SERVER_KEYS)
                .option(BoringSSLContextOption.CLIENT_KEY_TYPES, Set.of(OwnKey.TYPE));
    }

    /**
     * Finds out whether sessions are possible on this platform.
     *
     * @throws UnsupportedPlatformException if not; its text says what is missing
     */
    public static void requireNatives() {
        if (!Quic.isAvailable()) {
            throw new UnsupportedPlatformException(
                    "Connections need the native library of netty-codec-native-quic, and there is none for "
                            + System.getProperty("os.name") + " on " + System.getProperty("os.arch")
                            + ". It exists for Linux and macOS on x86_64 and aarch64, and for Windows on x86_64: put the"
                            + " artifact io.netty:netty-codec-native-quic with the classifier linux-x86_64, linux-aarch_64,"
                            + " osx-x86_64, osx-aarch_64 or windows-x86_64 on the class path. Without it"
                            + " privacy(DHT_ONLY) works",
                    Quic.unavailabilityCause());
        }
    }

    /** An engine for one connection, which takes this peer only; {@link #forget} ends that. */
    QuicSslEngine engine(boolean asClient, PeerId peer) {
        QuicSslEngine engine = (asClient ? client : server).newEngine(ByteBufAllocator.DEFAULT);
        expected.put(engine, peer);
        return engine;
    }

    void forget(SSLEngine engine) {
        expected.remove(engine);
    }

    /** Engines whose handshake or connection goes on; for tests. */
    int engines() {
        return expected.size();
    }
}
