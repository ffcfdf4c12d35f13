package dev.culvert.ice.internal;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Which addresses one peer, and not nobody or many, can be reached at. What others tell us is checked with it. */
public final class Unicast {
    private Unicast() {}

    /** Whether it is a resolved unicast address with a port. */
    public static boolean isUnicast(InetSocketAddress address) {
        return address.getPort() != 0 && isUnicast(address.getAddress());
    }

    /** Whether it is not null, a wildcard, multicast, or an IPv4 address of 0/8 or 240/4 (broadcast is among them). */
    public static boolean isUnicast(@Nullable InetAddress address) {
        if (address == null || address.isAnyLocalAddress() || address.isMulticastAddress()) {
            return false;
        }
        byte[] bytes = address.getAddress();
        int first = Byte.toUnsignedInt(bytes[0]);
        // RFC 1122 section 3.2.1.3 and RFC 1112 section 4: "this network" and the reserved class E are no destination.
        return bytes.length != 4 || (first != 0 && first < 240);
    }

    /**
     * Whether an address means the same host wherever one is: none of a private network (RFC 1918, RFC 4193), of a carrier's
     * (RFC 6598), of one link or of this host.
     */
    public static boolean isPublic(InetAddress address) {
        if (!isUnicast(address)
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()) {
            return false;
        }
        byte[] bytes = address.getAddress();
        int first = Byte.toUnsignedInt(bytes[0]);
        if (bytes.length == 4) {
            return first != 100 || (bytes[1] & 0xC0) != 64;
        }
        return (first & 0xFE) != 0xFC;
    }

    /** Whether packets of a host with one address find another: to a private one only from a private one. */
    public static boolean isReachableFrom(InetAddress from, InetAddress to) {
        return from.getAddress().length == to.getAddress().length
                && from.isLoopbackAddress() == to.isLoopbackAddress()
                && (isPublic(to) || !isPublic(from));
    }
}
