package dev.culvert.peer;

import dev.culvert.transport.PeerId;
import dev.culvert.transport.TooManyConnectionsException;
import dev.culvert.transport.TransportClosedException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The peers that a transport knows, each with its link. Event loop only; lives as long as its transport. */
final class Contacts {
    private final LinkServices services;
    private final Map<PeerId, PeerLink> links = new HashMap<>();
    private boolean closed;

    Contacts(LinkServices services) {
        this.services = services;
    }

    /**
     * A peer's link; the peer is known by that.
     *
     * @throws TooManyConnectionsException if it is one too many
     * @throws TransportClosedException after {@link #close}
     * @throws IllegalArgumentException if it is ourselves
     */
    PeerLink link(PeerId peer) {
        PeerLink known = links.get(peer);
        if (known != null) {
            return known;
        }
        if (closed) {
            throw new TransportClosedException("The transport");
        }
        if (peer.equals(services.self().peerId())) {
            throw new IllegalArgumentException("A peer can not be its own contact");
        }
        if (links.size() >= services.config().maxContacts()) {
            throw new TooManyConnectionsException(services.config().maxContacts());
        }
        PeerLink link = new PeerLink(services, peer);
        links.put(peer, link);
        return link;
    }

    @Nullable
    PeerLink known(PeerId peer) {
        return links.get(peer);
    }

    void remove(PeerId peer) {
        PeerLink link = links.remove(peer);
        if (link != null) {
            link.close("The contact");
        }
    }

    /** Ends every link. Idempotent. */
    void close() {
        closed = true;
        links.values().forEach(link -> link.close("The transport"));
        links.clear();
    }
}
