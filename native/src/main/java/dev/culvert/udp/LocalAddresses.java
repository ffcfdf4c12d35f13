package dev.culvert.udp;

import dev.culvert.transport.TransportException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/**
 * The addresses of this host that a peer may be told. Leaves out interfaces that are down, multicast, wildcard and
 * IPv6 link-local and site-local addresses (RFC 8445 section 5.1.1.1: the former mean nothing without a zone, the
 * latter are deprecated), and loopback unless it is asked for.
 */
public final class LocalAddresses {
    private LocalAddresses() {}

    /**
     * Scans the interfaces; takes some 50 us.
     *
     * @param includeLoopback whether 127.0.0.1 and ::1 count too
     * @throws TransportException if the operating system does not list its interfaces
     */
    public static List<InetAddress> scan(boolean includeLoopback) {
        List<InetAddress> found = new ArrayList<>();
        try {
            for (NetworkInterface nic : NetworkInterface.networkInterfaces().toList()) {
                if (nic.isUp()) {
                    nic.inetAddresses()
                            .filter(address -> isUsable(address, includeLoopback))
                            .forEach(found::add);
                }
            }
        } catch (SocketException e) {
            throw new TransportException("Can not list this host's network interfaces: " + e.getMessage(), e);
        }
        return found;
    }

    static boolean isUsable(InetAddress address, boolean includeLoopback) {
        if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
            return false;
        }
        if (address.isLoopbackAddress()) {
            return includeLoopback;
        }
        return !(address instanceof Inet6Address && (address.isLinkLocalAddress() || address.isSiteLocalAddress()));
    }
}
