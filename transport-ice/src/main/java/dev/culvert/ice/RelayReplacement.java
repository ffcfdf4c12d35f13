package dev.culvert.ice;

import java.net.InetSocketAddress;

/**
 * What becomes of a context whose relay is lost: before a pair is settled on, the new one is a candidate like the first;
 * afterwards it is another path. STUN thread only.
 */
final class RelayReplacement implements ContextRelay.Replacement {
    private final SelectedPath path;
    private final Gathering gathering;
    private final AlternativePaths alternatives;
    private final ContextRoutes routes;

    RelayReplacement(SelectedPath path, Gathering gathering, AlternativePaths alternatives, ContextRoutes routes) {
        this.path = path;
        this.gathering = gathering;
        this.alternatives = alternatives;
        this.routes = routes;
    }

    @Override
    public void onRelayLost(EndpointSocket lost) {
        routes.releaseAll(lost);
        alternatives.onRelayLost(lost);
    }

    @Override
    public void onRelay(EndpointSocket relay, InetSocketAddress server) {
        if (path.isNominated()) {
            alternatives.onNewRelay();
        } else {
            gathering.onRelay(relay, server);
        }
    }

    @Override
    public boolean onNoRelay(boolean refused) {
        return true; // the servers may come back; other paths are being tried meanwhile
    }

    @Override
    public boolean isWaiting() {
        return true;
    }
}
