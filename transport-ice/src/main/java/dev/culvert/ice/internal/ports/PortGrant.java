package dev.culvert.ice.internal.ports;

import java.net.InetSocketAddress;

/**
 * What a router opened.
 *
 * @param external the address and port outside; whether peers can reach such an address is not said
 * @param lifetimeSeconds how long it stays open, above 0
 */
record PortGrant(InetSocketAddress external, long lifetimeSeconds) {}
