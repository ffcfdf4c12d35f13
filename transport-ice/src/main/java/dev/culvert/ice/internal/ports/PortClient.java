package dev.culvert.ice.internal.ports;

/** One protocol towards one router, for one of our sockets. Ports thread only; nothing here waits. */
interface PortClient {
    /** What comes of it, on the ports thread; a router may say anything at any time. */
    interface Events {
        /** {@code epochSeconds} when the router tells no clock. */
        long NO_EPOCH = -1;

        /** The router speaks the protocol. */
        void answered(PortProtocol protocol, long nowNanos);

        /** It does not, or can not be reached by it. */
        void absent(PortProtocol protocol, long nowNanos);

        void granted(PortProtocol protocol, PortGrant grant, long epochSeconds, long nowNanos);

        /** It answered a request for a mapping, or for its end, with an error. */
        void refused(PortProtocol protocol, String why, long nowNanos);

        void removed(PortProtocol protocol, long nowNanos);
    }

    /** Asks whether the router speaks it. */
    void probe(long nowNanos);

    /** Nobody waits for the answer to {@link #probe} any more. */
    default void endProbe() {}

    /** Asks for the mapping for so many seconds, again if need be; 0 ends it. */
    void map(long lifetimeSeconds, long nowNanos);
}
