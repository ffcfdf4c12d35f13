package dev.culvert.udp;

import java.net.InetAddress;
import java.util.Set;

/**
 * How this host's network differs from what it was when it was last looked at. What came and went again in between is not
 * in it.
 *
 * @param added usable addresses (see {@link LocalAddresses}) that were not there. An IPv6 address may still be tentative:
 *     it can be bound a second or two later, when the host knows that nobody else has it (RFC 4862 section 5.4)
 * @param removed usable addresses that are no longer there, because they were taken away or their interface is down
 * @param defaultRouteChanged whether packets to the rest of the world may leave through another router or interface now,
 *     or can not leave any more
 */
public record NetworkChange(Set<InetAddress> added, Set<InetAddress> removed, boolean defaultRouteChanged) {
    /** Copies the sets. */
    public NetworkChange {
        added = Set.copyOf(added);
        removed = Set.copyOf(removed);
    }
}
