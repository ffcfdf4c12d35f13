package dev.culvert.peer;

import dev.culvert.ice.ContextConfig;
import dev.culvert.ice.IceContext;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Where a transport's paths to its peers come from, or that it has none: chosen once, by the privacy mode. The transport
 * owns it. Any thread.
 */
interface Dialler extends AutoCloseable {
    /** Whether there can be connections at all; constant. */
    boolean canDial();

    /**
     * Makes a path's context.
     *
     * @throws IllegalStateException if there can be no connections
     * @throws dev.culvert.transport.TransportException if there are too many, or it is closed
     */
    IceContext openContext(ContextConfig config);

    /** The local addresses that packets to peers leave from. */
    List<InetSocketAddress> localAddresses();

    /** Contexts that are open now. */
    int contextCount();

    /** Ends every path. Idempotent. */
    @Override
    void close();
}
