package dev.culvert.ice.internal.ice4j;

import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.ice4j.Transport;
import org.ice4j.TransportAddress;
import org.ice4j.ice.Component;
import org.ice4j.ice.HostCandidate;
import org.ice4j.ice.LocalCandidate;
import org.ice4j.ice.harvest.AbstractCandidateHarvester;

/** Gives a component a host candidate for each of the endpoint's sockets, loopback included: ice4j's own never would. */
final class SharedSocketHarvester extends AbstractCandidateHarvester {
    private final List<InetSocketAddress> sockets;

    SharedSocketHarvester(List<InetSocketAddress> sockets) {
        this.sockets = sockets;
    }

    @Override
    public Collection<LocalCandidate> harvest(Component component) {
        Set<LocalCandidate> added = new LinkedHashSet<>();
        for (InetSocketAddress socket : sockets) {
            HostCandidate candidate = new HostCandidate(new TransportAddress(socket, Transport.UDP), component);
            if (component.addLocalCandidate(candidate)) {
                added.add(candidate);
            }
        }
        return added;
    }

    @Override
    public boolean isHostHarvester() {
        return true;
    }
}
