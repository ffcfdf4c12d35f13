package dev.culvert.ice.internal.ports;

/** How a router is asked; what is preferred comes first. */
public enum PortProtocol {
    /** RFC 6887: one exchange, and nobody else can remove the mapping without its nonce. */
    PCP,
    /** RFC 6886: its predecessor. */
    NAT_PMP,
    /** UPnP's Internet Gateway Device: XML over HTTP over TCP, but in nearly every home's router. */
    UPNP
}
