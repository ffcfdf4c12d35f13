package dev.culvert.ice;

/**
 * A STUN server (RFC 8489) by name, resolved when the endpoint opens.
 *
 * @param host name or literal address
 * @param port 1 to 65535; the standard one is 3478
 */
public record StunServer(String host, int port) {
    /** The port that RFC 8489 assigns. */
    public static final int DEFAULT_PORT = 3478;

    /** Throws {@link IllegalArgumentException} for an empty host or a port out of range. */
    public StunServer {
        if (host.isBlank() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "A STUN server is host:port with port 1 to 65535, not " + host + ":" + port);
        }
    }

    /** Reads {@code host}, {@code host:port}, {@code [v6]} or {@code [v6]:port}. */
    public static StunServer parse(String text) {
        HostAndPort at = HostAndPort.parse(text, DEFAULT_PORT);
        return new StunServer(at.host(), at.port());
    }

    @Override
    public String toString() {
        return new HostAndPort(host, port).toString();
    }
}
