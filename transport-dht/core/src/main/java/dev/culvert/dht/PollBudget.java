package dev.culvert.dht;

import dev.culvert.transport.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What looking for news of many contacts may cost. Contacts with traffic in the last minute, at most
 * {@value #MOST_ACTIVE}, are polled as often as they want. All the others share a number of gets per second: each poll
 * reserves its time, so that the intervals of all stretch when there are many, and nobody is left out. After a quiet time
 * {@value #BURST_SECONDS} seconds' worth may come at once. Reads no clock; for one thread.
 */
final class PollBudget {
    /** Gets per second for quiet contacts where nothing else is said. */
    static final int DEFAULT_GETS_PER_SECOND = 20;

    /** More contacts at a time are no conversations; what they cost must be bounded, too. */
    static final int MOST_ACTIVE = 32;

    static final int BURST_SECONDS = 10;

    /** In a conversation a pause of a minute is usual. */
    static final Duration ACTIVE = Duration.ofMinutes(1);

    private final Duration get;
    private final Map<PeerId, Instant> traffic = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PeerId, Instant> eldest) {
            return size() > MOST_ACTIVE;
        }
    };

    private Instant free = Instant.MIN;

    /**
     * @param getsPerSecond of all quiet contacts together, at least 1
     */
    PollBudget(int getsPerSecond) {
        this.get = Duration.ofSeconds(1).dividedBy(getsPerSecond);
    }

    /** Something came from this contact, or went to it and may be answered. */
    void traffic(PeerId peer, Instant now) {
        traffic.remove(peer); // so that the map stays in the order of the last traffic
        traffic.put(peer, now);
    }

    /** Whether this is one of the contacts with traffic in the last minute. */
    boolean isActive(PeerId peer, Instant now) {
        Instant last = traffic.get(peer);
        return last != null && now.isBefore(last.plus(ACTIVE));
    }

    /**
     * Reserves gets for a poll of a quiet contact.
     *
     * @return when they may be made, {@code now} or later; the poll is made then, or the reservation is lost
     */
    Instant reserve(Instant now, int gets) {
        Instant saved = now.minusSeconds(BURST_SECONDS);
        // A clock that was set back leaves a reservation far ahead; nobody waits for that.
        boolean usable = free.isAfter(saved) && free.isBefore(now.plus(Duration.ofHours(1)));
        Instant from = usable ? free : saved;
        free = from.plus(get.multipliedBy(gets));
        return from.isAfter(now) ? from : now;
    }
}
