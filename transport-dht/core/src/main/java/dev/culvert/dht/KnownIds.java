package dev.culvert.dht;

import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * In memory what {@link DeliveredIds} has on disk, so that whoever takes a message need not wait for the disk to know it
 * again. Of each id 8 of its 16 random bytes: two of one sender's are the same once in 2^64, or if the sender wants its own
 * message to be dropped. Thread-safe.
 */
final class KnownIds {
    private final Map<PeerId, Set<Long>> ids = new ConcurrentHashMap<>();

    void add(PeerId from, MessageId id) {
        ids.compute(from, (peer, known) -> {
            Set<Long> grown = known == null ? new HashSet<>() : known;
            grown.add(id.low());
            return grown;
        });
    }

    boolean contains(PeerId from, MessageId id) {
        boolean[] found = {false};
        ids.computeIfPresent(from, (peer, known) -> {
            found[0] = known.contains(id.low());
            return known;
        });
        return found[0];
    }

    void remove(PeerId from, MessageId id) {
        ids.computeIfPresent(from, (peer, known) -> {
            known.remove(id.low());
            return known.isEmpty() ? null : known;
        });
    }
}
