package dev.culvert.dht;

import dev.culvert.transport.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a keeper holds for whom, and what it takes from whom: the quotas and the pace. No clock and no I/O; for the
 * keeper's thread.
 */
final class KeeperShelf {
    private final KeeperConfig config;
    private final int maxRecordBytes;
    private final Map<PeerId, Customer> customers = new HashMap<>();
    private int records;
    private long bytes;

    /** One sender. */
    private static final class Customer {
        final Map<Slot, KeeperStore.Entry> held = new HashMap<>();
        long bytes;
        double tokens;
        Instant countedAt;

        Customer(int tokens, Instant now) {
            this.tokens = tokens;
            this.countedAt = now;
        }
    }

    /**
     * An empty shelf.
     *
     * @param maxRecordBytes the largest record that can be put
     */
    KeeperShelf(KeeperConfig config, int maxRecordBytes) {
        this.config = config;
        this.maxRecordBytes = maxRecordBytes;
    }

    private Customer customer(PeerId sender, Instant now) {
        return customers.computeIfAbsent(sender, added -> new Customer(config.requestsPerMinute(), now));
    }

    /** Takes one request of a sender into account; false when it asks too often. */
    boolean admits(PeerId sender, Instant now) {
        Customer customer = customer(sender, now);
        double minutes = Duration.between(customer.countedAt, now).toMillis() / 60_000.0;
        if (minutes > 0) {
            customer.tokens =
                    Math.min(config.requestsPerMinute(), customer.tokens + minutes * config.requestsPerMinute());
        }
        customer.countedAt = now;
        if (customer.tokens < 1) {
            return false;
        }
        customer.tokens--;
        return true;
    }

    /** Whether to take a record; {@link KeeperVerdict#KEPT} for one that is to be written, or is held already. */
    KeeperVerdict judge(PeerId sender, KeeperMessage.Keep keep, Instant now) {
        if (!SealedRecord.looksLikeOne(keep.record())
                || !keep.expiry().isAfter(now)
                || keep.expiry().isAfter(now.plus(SignedBody.MAX_LIFE).plus(SignedBody.CLOCK_SLACK))) {
            return KeeperVerdict.REFUSED;
        }
        if (keep.record().length > maxRecordBytes) {
            return KeeperVerdict.TOO_LARGE;
        }
        KeeperStore.Entry old = entry(new KeeperStore.Place(sender, keep.slot().slot()));
        if (old != null && old.sequence() > keep.sequence()) {
            return KeeperVerdict.STALE;
        }
        return hasRoom(sender, keep.record().length, old, now) ? KeeperVerdict.KEPT : KeeperVerdict.FULL;
    }

    private boolean hasRoom(PeerId sender, int length, KeeperStore.@Nullable Entry old, Instant now) {
        Customer customer = customer(sender, now);
        int more = old == null ? 1 : 0;
        long moreBytes = (long) length - (old == null ? 0 : old.length());
        return customer.held.size() + more <= config.recordsPerSender()
                && records + more <= config.recordsTotal()
                && customer.bytes + moreBytes <= config.bytesPerSender()
                && bytes + moreBytes <= config.bytesTotal();
    }

    /** What is held in a place, or null. */
    KeeperStore.@Nullable Entry entry(KeeperStore.Place place) {
        Customer customer = customers.get(place.sender());
        return customer == null ? null : customer.held.get(place.slot());
    }

    void put(KeeperStore.Place place, KeeperStore.Entry entry, Instant now) {
        remove(place);
        Customer customer = customer(place.sender(), now);
        customer.held.put(place.slot(), entry);
        customer.bytes += entry.length();
        bytes += entry.length();
        records++;
    }

    void remove(KeeperStore.Place place) {
        Customer customer = customers.get(place.sender());
        KeeperStore.Entry old = customer == null ? null : customer.held.remove(place.slot());
        if (customer != null && old != null) {
            customer.bytes -= old.length();
            bytes -= old.length();
            records--;
        }
    }

    /** The places of a sender's records. */
    Set<KeeperStore.Place> of(PeerId sender) {
        Set<KeeperStore.Place> places = new HashSet<>();
        Customer customer = customers.get(sender);
        if (customer != null) {
            customer.held.keySet().forEach(slot -> places.add(new KeeperStore.Place(sender, slot)));
        }
        return places;
    }

    int records() {
        return records;
    }

    long bytes() {
        return bytes;
    }
}
