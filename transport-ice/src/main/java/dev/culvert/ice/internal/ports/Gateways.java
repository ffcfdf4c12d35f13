package dev.culvert.ice.internal.ports;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the router of a local address: its interface's default route where the system tells it as Linux does; elsewhere
 * the first address of its network, which is a guess that mostly holds at home.
 */
final class Gateways {
    private static final Path ROUTES = Path.of("/proc/net/route");
    private static final long MAX_LINES = 4_096;

    private Gateways() {}

    /** The router that a packet from this address leaves through; empty if there is none. Reads a file; does not block. */
    static Optional<Inet4Address> of(Inet4Address local) {
        try {
            NetworkInterface nic = NetworkInterface.getByInetAddress(local);
            if (nic == null) {
                return Optional.empty();
            }
            return Files.isReadable(ROUTES) ? fromRoutes(nic) : fromSubnet(local, nic);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<Inet4Address> fromRoutes(NetworkInterface nic) throws IOException {
        try (Stream<String> lines = Files.lines(ROUTES)) {
            boolean littleEndian = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
            return RouteTable.defaultRoutes(lines.limit(MAX_LINES).toList(), littleEndian).stream()
                    .filter(route -> route.interfaceName().equals(nic.getName()))
                    .min(Comparator.comparingLong(RouteTable.DefaultRoute::metric))
                    .map(RouteTable.DefaultRoute::gateway);
        }
    }

    private static Optional<Inet4Address> fromSubnet(Inet4Address local, NetworkInterface nic) throws SocketException {
        List<InterfaceAddress> addresses = nic.getInterfaceAddresses();
        return addresses.stream()
                .filter(address -> address.getAddress().equals(local))
                .findFirst()
                .flatMap(address -> firstHost(local, address.getNetworkPrefixLength()));
    }

    /** The network's first address; empty if that is our own, or the network has no room for a router. */
    static Optional<Inet4Address> firstHost(Inet4Address local, int prefixLength) {
        if (prefixLength < 1 || prefixLength > 30) {
            return Optional.empty();
        }
        Inet4Address first = Ipv4.of((Ipv4.bits(local) & (-1 << (32 - prefixLength))) + 1);
        return first.equals(local) ? Optional.empty() : Optional.of(first);
    }
}
