package dev.culvert.transport;

/**
 * Who may learn our network address from a transport. STUN and TURN servers see the address that asks them in every mode
 * that uses them, and so do the nodes of a DHT, unless it is reached in a way that hides it.
 */
public enum PrivacyMode {
    /**
     * The peer we connect to learns every address of ours that might help: local ones and those before our NATs. Best
     * connections.
     */
    DIRECT,
    /**
     * The peer learns the address of a TURN server's relay and nothing else; the TURN server learns ours, and whom we
     * exchange packets with, as far as that side's address tells. No STUN server is asked. Wants a TURN server.
     */
    RELAY_ONLY,
    /**
     * Nobody but the DHT's nodes learns anything: there are no connections, and every message goes through the queue. The
     * peer learns only when we are there.
     */
    DHT_ONLY
}
