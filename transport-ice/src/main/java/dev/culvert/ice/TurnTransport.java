package dev.culvert.ice;

/** What carries the messages between this host and a TURN server; from there to the peer it is always UDP. */
public enum TurnTransport {
    /** The quickest, where UDP gets out. */
    UDP,
    /** Where a firewall lets only TCP out. */
    TCP,
    /** TCP with TLS, where it lets only what looks like the web out; the server's certificate is checked. */
    TLS
}
