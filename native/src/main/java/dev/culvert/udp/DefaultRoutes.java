package dev.culvert.udp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A text that stands for this host's default routes: it changes when they do. Where the system shows its routes as Linux
 * does, it is made of them; elsewhere of the addresses that packets to the rest of the world would leave from. On Linux
 * only the main table counts for IPv4, and of a route with several next hops only the first. Stateless.
 */
final class DefaultRoutes {
    private static final Path IPV4 = Path.of("/proc/net/route");
    private static final Path IPV6 = Path.of("/proc/net/ipv6_route");

    /** Addresses that nobody has (RFC 5737, RFC 3849); nothing is sent to them. */
    private static final byte[] FAR_IPV4 = {(byte) 192, 0, 2, 1};

    private static final byte[] FAR_IPV6 = {0x20, 0x01, 0x0d, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    private static final int ANY_PORT = 9;

    private DefaultRoutes() {}

    /** The text as of now. Not in one step: of two changes at the same time it may show only one. */
    static String read() throws IOException {
        boolean listed = Files.isReadable(IPV4);
        if (!listed) {
            return sources();
        }
        String routes = ofFile(IPV4, false);
        return Files.isReadable(IPV6) ? routes + '|' + ofFile(IPV6, true) : routes;
    }

    private static String ofFile(Path file, boolean ipv6) throws IOException {
        // Interface names are any bytes: as Latin-1 nothing is malformed.
        try (Stream<String> lines = Files.lines(file, ISO_8859_1)) {
            return ipv6 ? ipv6(lines) : ipv4(lines);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * From the lines of {@code /proc/net/route}: interface, destination, gateway, flags, users, uses, metric, mask, and
     * more. Users and uses are left out: they count.
     */
    static String ipv4(Stream<String> lines) {
        return text(lines.map(DefaultRoutes::fields)
                .filter(field -> field.length >= 8 && isZero(field[1]) && isZero(field[7]))
                .map(field -> new String[] {field[0], field[2], field[6]}));
    }

    /**
     * From the lines of {@code /proc/net/ipv6_route}: destination, its length, source, its length, next hop, metric, users,
     * uses, flags, interface.
     */
    static String ipv6(Stream<String> lines) {
        return text(lines.map(DefaultRoutes::fields)
                .filter(field -> field.length >= 10 && isZero(field[0]) && isZero(field[1]))
                .map(field -> new String[] {field[9], field[4], field[5]}));
    }

    private static String[] fields(String line) {
        return line.strip().split("\\s+", 12);
    }

    private static boolean isZero(String hex) {
        return hex.chars().allMatch(digit -> digit == '0');
    }

    /** In one order, whichever the kernel has. A default route to nowhere (on lo, or on no interface) is none. */
    private static String text(Stream<String[]> interfaceGatewayMetric) {
        return interfaceGatewayMetric
                .filter(route -> !route[0].equals("lo") && !route[0].equals("*"))
                .map(route -> String.join(" ", route))
                .sorted()
                .collect(Collectors.joining(","));
    }

    /** Without a list of routes: from where packets would leave. */
    static String sources() throws IOException {
        return source(StandardProtocolFamily.INET, FAR_IPV4) + '|' + source(StandardProtocolFamily.INET6, FAR_IPV6);
    }

    private static String source(ProtocolFamily family, byte[] far) throws IOException {
        try (DatagramChannel channel = DatagramChannel.open(family)) {
            return source(channel, new InetSocketAddress(InetAddress.getByAddress(far), ANY_PORT));
        } catch (UnsupportedOperationException e) {
            return "none"; // no IPv6 here
        }
    }

    private static String source(DatagramChannel channel, InetSocketAddress far) {
        try {
            channel.connect(far);
            return ((InetSocketAddress) channel.getLocalAddress()).getAddress().getHostAddress();
        } catch (IOException e) {
            return "none"; // no route
        }
    }
}
