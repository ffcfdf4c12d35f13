package dev.culvert.bench;

import dev.culvert.udp.LocalAddresses;
import java.net.Inet4Address;
import java.net.InetAddress;

/** Where both sides of a comparison are bound. */
final class Addresses {
    private Addresses() {}

    /** The first IPv4 address that is not loopback: ice4j takes no loopback address. */
    static InetAddress forBoth() throws SkippedException {
        return LocalAddresses.scan(false).stream()
                .filter(Inet4Address.class::isInstance)
                .findFirst()
                .orElseThrow(() -> new SkippedException(
                        "plain ice4j does not take loopback, and this host has no other IPv4 address"));
    }
}
