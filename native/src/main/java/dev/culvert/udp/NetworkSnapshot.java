package dev.culvert.udp;

import dev.culvert.transport.TransportException;
import java.io.IOException;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What a {@link NetworkMonitor} knows of the network at one moment. Immutable.
 *
 * @param addresses the usable ones, each once, whichever interfaces have it
 * @param defaultRoutes a text that is the same as long as the default routes are; see {@link DefaultRoutes}
 */
record NetworkSnapshot(Set<InetAddress> addresses, String defaultRoutes) {
    NetworkSnapshot {
        addresses = Set.copyOf(addresses);
    }

    /**
     * Looks now.
     *
     * @throws TransportException if the operating system does not tell, for instance because an interface vanished while
     *     it was looked at; the next try may succeed
     */
    static NetworkSnapshot take() {
        try {
            return new NetworkSnapshot(new HashSet<>(LocalAddresses.scan(false)), DefaultRoutes.read());
        } catch (IOException e) {
            throw new TransportException("Can not read this host's default routes: " + e.getMessage(), e);
        }
    }

    /** What is different in a later one; empty if nothing is. */
    Optional<NetworkChange> changeTo(NetworkSnapshot later) {
        // Not by a record's equals: its first call takes longer than everything else from the event to the listener.
        Set<InetAddress> added = without(later.addresses, addresses);
        Set<InetAddress> removed = without(addresses, later.addresses);
        boolean rerouted = !defaultRoutes.equals(later.defaultRoutes);
        return added.isEmpty() && removed.isEmpty() && !rerouted
                ? Optional.empty()
                : Optional.of(new NetworkChange(added, removed, rerouted));
    }

    private static Set<InetAddress> without(Set<InetAddress> all, Set<InetAddress> others) {
        Set<InetAddress> left = new HashSet<>(all);
        left.removeAll(others);
        return left;
    }
}
