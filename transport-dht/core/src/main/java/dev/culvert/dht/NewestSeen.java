package dev.culvert.dht;

import dev.culvert.transport.PeerId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The newest sequence number seen from each peer that was asked about, so that nobody can bring back an older record.
 * Holds one entry for each such peer, chosen by the app and not by the network. Safe for any thread.
 */
final class NewestSeen {
    private final Map<PeerId, Long> newest = new ConcurrentHashMap<>();

    /** The newest number seen, or 0. */
    long of(PeerId peer) {
        return newest.getOrDefault(peer, 0L);
    }

    /** Notes a number; false when a larger one was seen. */
    boolean accept(PeerId peer, long sequence) {
        return newest.merge(peer, sequence, Math::max) == sequence;
    }
}
