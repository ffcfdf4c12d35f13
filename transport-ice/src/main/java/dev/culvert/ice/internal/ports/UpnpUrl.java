package dev.culvert.ice.internal.ports;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Optional;

/**
 * The address of something on a router, http with an IPv4 address and nothing else: a host of the network that could
 * name any URL would else send us to files, names, or services on this machine.
 *
 * @param path with its query, from the first slash on; printable ASCII without blanks
 */
record UpnpUrl(Inet4Address host, int port, String path) {
    private static final String SCHEME = "http://";
    private static final int DEFAULT_PORT = 80;
    private static final int MAX_LENGTH = 512;

    static Optional<UpnpUrl> parse(String text) {
        String url = text.trim();
        if (!isPlain(url) || !url.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            return Optional.empty();
        }
        int slash = url.indexOf('/', SCHEME.length());
        String authority = url.substring(SCHEME.length(), slash < 0 ? url.length() : slash);
        String path = slash < 0 ? "/" : url.substring(slash);
        int colon = authority.indexOf(':');
        int port = colon < 0 ? DEFAULT_PORT : Ipv4.decimal(authority.substring(colon + 1), 5);
        if (port < 1 || port > 0xffff) {
            return Optional.empty();
        }
        return Ipv4.parse(colon < 0 ? authority : authority.substring(0, colon))
                .map(host -> new UpnpUrl(host, port, path));
    }

    /** What this says, seen from here; empty if it is not on the same host. The port may be another. */
    Optional<UpnpUrl> resolve(String reference) {
        String text = reference.trim();
        if (text.contains("://")) {
            return parse(text).filter(url -> url.host().equals(host));
        }
        if (text.isEmpty() || !isPlain(text) || text.startsWith("//")) {
            return Optional.empty();
        }
        return Optional.of(new UpnpUrl(host, port, text.startsWith("/") ? text : "/" + text));
    }

    private static boolean isPlain(String text) {
        return text.length() <= MAX_LENGTH && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }

    /** As it stands in a request's Host header. */
    String authority() {
        return host.getHostAddress() + ":" + port;
    }
}
