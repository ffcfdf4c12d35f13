package dev.culvert.ice.internal.ports;

import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads Linux's table of IPv4 routes, {@code /proc/net/route}: words of hexadecimal digits, addresses in host order. */
final class RouteTable {
    /** A host with more routes than that is a router itself. */
    private static final int MAX_ROUTES = 4_096;

    private static final int INTERFACE = 0;
    private static final int DESTINATION = 1;
    private static final int GATEWAY = 2;
    private static final int FLAGS = 3;
    private static final int METRIC = 6;
    private static final int MASK = 7;
    private static final int COLUMNS = 8;
    private static final int FLAG_UP = 1;
    private static final int FLAG_GATEWAY = 2;

    /** The way to everywhere through an interface; {@code metric} is lower for a better one. */
    record DefaultRoute(String interfaceName, Inet4Address gateway, long metric) {}

    private RouteTable() {}

    /**
     * The default routes that lead through a gateway, in the table's order. Lines that can not be understood are left
     * out, the heading among them.
     *
     * @param littleEndian whether the machine writes its addresses with the least significant byte first
     */
    static List<DefaultRoute> defaultRoutes(List<String> lines, boolean littleEndian) {
        List<DefaultRoute> routes = new ArrayList<>();
        for (String line : lines.subList(0, Math.min(lines.size(), MAX_ROUTES))) {
            defaultRoute(line, littleEndian).ifPresent(routes::add);
        }
        return routes;
    }

    private static Optional<DefaultRoute> defaultRoute(String line, boolean littleEndian) {
        String[] words = line.trim().split("\\s+", -1);
        if (words.length < COLUMNS) {
            return Optional.empty();
        }
        try {
            int flags = Integer.parseUnsignedInt(words[FLAGS], 16);
            boolean everywhere = address(words[DESTINATION]) == 0 && address(words[MASK]) == 0;
            int gateway = address(words[GATEWAY]);
            if (!everywhere || gateway == 0 || (flags & FLAG_UP) == 0 || (flags & FLAG_GATEWAY) == 0) {
                return Optional.empty();
            }
            int bits = littleEndian ? Integer.reverseBytes(gateway) : gateway;
            return Optional.of(new DefaultRoute(words[INTERFACE], Ipv4.of(bits), Long.parseLong(words[METRIC])));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static int address(String word) {
        return Integer.parseUnsignedInt(word, 16);
    }
}
