package dev.culvert.dht;

import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The pairwise keys of the peers last dealt with, as each pair's secret takes an X25519 agreement to make. Holds at most
 * {@value #MOST} of them, until {@link #clear}. Safe for any thread.
 */
final class KnownKeys {
    private static final int MOST = 1_024;

    private final Identity self;
    private final Map<PeerId, RecordKeys> keys = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PeerId, RecordKeys> eldest) {
            return size() > MOST;
        }
    }; // guarded by this

    KnownKeys(Identity self) {
        this.self = self;
    }

    /**
     * The places that we share with a peer.
     *
     * @throws dev.culvert.transport.TransportException if the peer's agreement key is not usable
     */
    RecordKeys of(PeerId peer) {
        synchronized (this) {
            RecordKeys known = keys.get(peer);
            if (known != null) {
                return known;
            }
        }
        RecordKeys made = RecordKeys.between(self, peer);
        synchronized (this) {
            keys.put(peer, made);
        }
        return made;
    }

    synchronized void clear() {
        keys.clear();
    }
}
