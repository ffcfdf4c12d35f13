package dev.culvert.ice;

import java.util.Locale;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A TURN server (RFC 8656) by name, resolved when the endpoint opens. Immutable.
 *
 * @param host name or literal address
 * @param port 1 to 65535; the standard ones are 3478, and 5349 for TLS
 * @param transport what carries the messages to it
 * @param credentials asked for each relay anew, on a thread of the endpoint's: must not block
 * @param tls checks the server's certificate; null for the JVM's default
 */
public record TurnServer(
        String host,
        int port,
        TurnTransport transport,
        Supplier<TurnCredentials> credentials,
        @Nullable SSLContext tls) {
    /** The port that RFC 8656 assigns to UDP and TCP. */
    public static final int DEFAULT_PORT = 3478;

    /** The port that RFC 8656 assigns to TLS. */
    public static final int DEFAULT_TLS_PORT = 5349;

    /** Throws {@link IllegalArgumentException} for an empty host or a port out of range. */
    public TurnServer {
        if (host.isBlank() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "A TURN server is host:port with port 1 to 65535, not " + host + ":" + port);
        }
    }

    /** A server with credentials that do not change. */
    public TurnServer(String host, int port, TurnTransport transport, TurnCredentials credentials) {
        this(host, port, transport, () -> credentials, null);
    }

    /**
     * Reads a URI of RFC 7065: {@code turn:host}, {@code turn:host:port?transport=tcp}, {@code turns:host}.
     *
     * @throws IllegalArgumentException if it is none, or names TLS over UDP, which is not supported
     */
    public static TurnServer parse(String uri, TurnCredentials credentials) {
        int colon = uri.indexOf(':');
        int question = uri.indexOf('?');
        String scheme = colon < 0 ? "" : uri.substring(0, colon).toLowerCase(Locale.ROOT);
        String query = question < 0 ? "" : uri.substring(question + 1).toLowerCase(Locale.ROOT);
        boolean secure = scheme.equals("turns");
        TurnTransport transport = switch (query) {
            case "" -> secure ? TurnTransport.TLS : TurnTransport.UDP;
            case "transport=tcp" -> secure ? TurnTransport.TLS : TurnTransport.TCP;
            case "transport=udp" -> TurnTransport.UDP;
            default -> throw notATurnUri(uri);
        };
        if (!(secure || scheme.equals("turn")) || (secure && transport != TurnTransport.TLS)) {
            throw notATurnUri(uri);
        }
        int port = secure ? DEFAULT_TLS_PORT : DEFAULT_PORT;
        HostAndPort at = HostAndPort.parse(uri.substring(colon + 1, question < 0 ? uri.length() : question), port);
        return new TurnServer(at.host(), at.port(), transport, credentials);
    }

    private static IllegalArgumentException notATurnUri(String uri) {
        return new IllegalArgumentException(
                "A TURN server is turn:host[:port][?transport=udp|tcp] or turns:host[:port], not " + uri);
    }

    /** As a URI, without the credentials. */
    @Override
    public String toString() {
        String scheme = transport == TurnTransport.TLS ? "turns:" : "turn:";
        return scheme + new HostAndPort(host, port) + (transport == TurnTransport.TCP ? "?transport=tcp" : "");
    }
}
