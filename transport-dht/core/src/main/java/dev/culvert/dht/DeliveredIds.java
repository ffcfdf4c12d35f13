package dev.culvert.dht;

import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Which messages of which sender were delivered, and until when that is of interest. Remembers a bounded number of each
 * sender, so that no contact can fill the disk: past it the older half is forgotten. Store thread only.
 */
final class DeliveredIds {
    /** A sender with more messages than this in the life of one is not a person any more. */
    static final int MAX_PER_SENDER = 100_000;

    private final StoreTable<Long> map;
    private final int maxPerSender;
    private final Map<PeerId, Integer> counts = new HashMap<>();
    private final KnownIds known = new KnownIds();

    private record Noted(byte[] key, long expirySeconds) {}

    DeliveredIds(StoreTable<Long> map, int maxPerSender) {
        this.map = map;
        this.maxPerSender = maxPerSender;
        map.forEach((key, expiry) -> known.add(peerOf(key), idOf(key)));
    }

    /** The same in memory, for any thread. */
    KnownIds known() {
        return known;
    }

    /** True the first time. */
    boolean note(PeerId from, MessageId id, Instant expiry) {
        if (map.putIfAbsent(key(from, id), expiry.getEpochSecond()) != null) {
            return false;
        }
        known.add(from, id);
        Integer counted = counts.get(from);
        int count = counted == null ? of(from).size() : counted + 1;
        counts.put(from, count > maxPerSender ? forgetOlderHalf(from) : count);
        return true;
    }

    private int forgetOlderHalf(PeerId from) {
        List<Noted> all = of(from);
        if (all.size() <= maxPerSender) {
            return all.size(); // some that were counted could not be written
        }
        all.sort(Comparator.comparingLong(Noted::expirySeconds));
        int forgotten = all.size() - maxPerSender / 2;
        all.subList(0, forgotten).forEach(noted -> forget(noted.key()));
        return all.size() - forgotten;
    }

    private void forget(byte[] key) {
        map.remove(key);
        known.remove(peerOf(key), idOf(key));
    }

    private List<Noted> of(PeerId from) {
        byte[] prefix = from.toBytes();
        List<Noted> all = new ArrayList<>();
        Iterator<byte[]> keys = map.keysFrom(prefix);
        while (keys.hasNext()) {
            byte[] key = keys.next();
            if (key.length < prefix.length || !Arrays.equals(prefix, Arrays.copyOf(key, prefix.length))) {
                break;
            }
            Long expiry = map.get(key);
            if (expiry != null) {
                all.add(new Noted(key, expiry));
            }
        }
        return all;
    }

    boolean contains(PeerId from, MessageId id) {
        return map.containsKey(key(from, id));
    }

    /** Forgets those whose time is over; returns how many. */
    int prune(Instant now) {
        List<byte[]> over = new ArrayList<>();
        map.forEach((key, expiry) -> {
            if (expiry <= now.getEpochSecond()) {
                over.add(key);
            }
        });
        over.forEach(this::forget);
        counts.clear(); // counted anew when needed
        return over.size();
    }

    private static PeerId peerOf(byte[] key) {
        return PeerId.of(Arrays.copyOf(key, PeerId.LENGTH));
    }

    private static MessageId idOf(byte[] key) {
        return MessageId.readFrom(ByteBuffer.wrap(key, PeerId.LENGTH, MessageId.LENGTH));
    }

    private static byte[] key(PeerId from, MessageId id) {
        ByteBuffer key = ByteBuffer.allocate(PeerId.LENGTH + MessageId.LENGTH).put(from.toBytes());
        id.writeTo(key);
        return key.array();
    }
}
