package dev.culvert.peer;

import dev.culvert.ice.ContextConfig;
import dev.culvert.ice.IceConfig;
import dev.culvert.ice.IceContext;
import dev.culvert.ice.IceEndpoint;
import java.net.InetSocketAddress;
import java.util.List;

/** Paths over one endpoint's sockets, direct or relayed as its settings say. Owns the endpoint. Thread-safe. */
final class IceDialler implements Dialler {
    private final IceEndpoint endpoint;

    IceDialler(IceConfig config) {
        endpoint = IceEndpoint.open(config);
    }

    /** For tests that cut it off. */
    IceEndpoint endpoint() {
        return endpoint;
    }

    @Override
    public boolean canDial() {
        return true;
    }

    @Override
    public IceContext openContext(ContextConfig config) {
        return endpoint.openContext(config);
    }

    @Override
    public List<InetSocketAddress> localAddresses() {
        return endpoint.localAddresses();
    }

    @Override
    public int contextCount() {
        return endpoint.contextCount();
    }

    @Override
    public void close() {
        endpoint.close();
    }
}
