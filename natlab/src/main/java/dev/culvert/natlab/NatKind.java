package dev.culvert.natlab;

import java.util.Locale;

/** What is between a side's host and the public network; the script's {@code help} says how each is made. */
public enum NatKind {
    /** A public address and nothing in between. */
    NONE,
    /** A public address behind a firewall that lets answers in. */
    FIREWALL,
    /** Full cone. */
    FULL,
    /** Address-restricted. */
    ADDR,
    /** Port-restricted, and the port stays the same. */
    PORT,
    /** Port-restricted with another port outside, the same towards everybody. */
    EIM,
    /** Symmetric: another random port towards each destination. */
    SYM,
    /** Port-restricted behind a carrier's port-restricted NAT. */
    CGN,
    /** UDP vanishes. */
    DROP,
    /** UDP is refused with an ICMP error. */
    REJECT;

    /** Whether UDP gets out at all. */
    public boolean isOpen() {
        return this != DROP && this != REJECT;
    }

    /** Whether the address that others see is the same towards all of them. */
    public boolean isEndpointIndependent() {
        return isOpen() && this != SYM;
    }

    /** Whether anybody who knows the mapping gets in, or an address that something was sent to from any of its ports. */
    public boolean letsOtherPortsIn() {
        return this == NONE || this == FULL || this == ADDR;
    }

    /** Whether ordinary checks with STUN find a way between the two. */
    public boolean reaches(NatKind other) {
        if (!isOpen() || !other.isOpen()) {
            return false;
        }
        return (isEndpointIndependent() || other.letsOtherPortsIn())
                && (other.isEndpointIndependent() || letsOtherPortsIn());
    }

    /** Whether Culvert finds a way by guessing ports where ordinary checks do not: one of the two is symmetric. */
    public boolean reachesByGuessing(NatKind other) {
        boolean onlyOneIsSymmetric = isEndpointIndependent() != other.isEndpointIndependent();
        return isOpen() && other.isOpen() && onlyOneIsSymmetric && !reaches(other);
    }

    /** As the script calls it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
