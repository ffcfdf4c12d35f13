package dev.culvert.peer;

import dev.culvert.ice.ContextConfig;
import dev.culvert.ice.IceContext;
import java.net.InetSocketAddress;
import java.util.List;

/** No paths, no sockets, no address to give away: a transport that only uses the queue. Stateless. */
final class NoDialler implements Dialler {
    @Override
    public boolean canDial() {
        return false;
    }

    @Override
    public IceContext openContext(ContextConfig config) {
        throw new IllegalStateException("This transport makes no connections");
    }

    @Override
    public List<InetSocketAddress> localAddresses() {
        return List.of();
    }

    @Override
    public int contextCount() {
        return 0;
    }

    @Override
    public void close() {
        // Nothing was opened.
    }
}
