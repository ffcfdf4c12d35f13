package dev.culvert.peer.internal.session;

import java.nio.ByteBuffer;
import java.util.List;

/** What carries a session's datagrams; some may be lost, doubled or late. Called on the event loop. */
public interface DatagramPath {
    /**
     * Sends several datagrams in their order, without blocking.
     *
     * @return how many were sent, from the first on
     */
    int send(List<ByteBuffer> datagrams);

    /** The largest datagram that gets through in one piece as far as this host knows, in bytes. */
    int mtu();

    /** Whether both ends are on this host, so that no link and no router is between them. */
    boolean staysOnHost();

    /** The other side misses an answer: the path should be looked at now. */
    void doubt();
}
