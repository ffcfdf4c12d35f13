package dev.culvert.udp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a router or the far host has said of a datagram of ours. Anybody can forge one, who guesses our port: it is a hint,
 * and what it hints at must be asked for.
 *
 * @param destination where the datagram was going
 * @param offender who says so; null if the kernel does not tell, or is the one that says it
 * @param kind what it says
 * @param mtu for {@link Kind#TOO_BIG} the largest IP packet that gets through there, in bytes; else 0
 * @param prefix the beginning of the datagram's payload as it was sent, read-only; may be empty
 */
public record IcmpError(
        InetSocketAddress destination, @Nullable InetAddress offender, Kind kind, int mtu, ByteBuffer prefix) {
    /** RFC 792 and RFC 4443 section 3, alike for both. */
    public enum Kind {
        /** Anything else. */
        OTHER,
        /** The host is there, and nobody has the port. */
        PORT_UNREACHABLE,
        /** Nobody answers for the address. */
        HOST_UNREACHABLE,
        /** There is no route. */
        NET_UNREACHABLE,
        /** More routers than the packet was allowed to cross: a loop, as a rule. */
        TTL_EXCEEDED,
        /** Too large for a link on the way; Linux knows the path's MTU from then on. */
        TOO_BIG,
        /** A firewall refuses it. */
        PROHIBITED
    }

    /** The prefix becomes read-only. */
    public IcmpError {
        prefix = prefix.asReadOnlyBuffer();
    }
}
