package dev.culvert.ice.internal;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Bounds how many requests of one authenticated peer the ICE agent remembers: it keeps each for 16 s to repeat its
 * answer, and before its checks begin it keeps each for good. Repetitions are always let through, so that replayed
 * messages can not crowd out new ones. Pure logic in the caller's time; the STUN thread owns it.
 */
public final class RecentRequests {
    /** A full check list of 100 pairs, its triggered and nominating checks, and consent, more than once over. */
    public static final int MAX = 512;

    /** How long ice4j keeps a server transaction. */
    static final Duration LIFETIME = Duration.ofSeconds(16);

    private final Map<TransactionId, Long> seenNanos = new LinkedHashMap<>();
    private boolean checking;

    /** The checks have begun: from now on requests are forgotten after a while. */
    public void begin() {
        checking = true;
    }

    /** Whether the request may go on to the agent. */
    public boolean admit(TransactionId id, long nowNanos) {
        if (checking) {
            forgetOld(nowNanos);
        }
        if (seenNanos.containsKey(id)) {
            return true;
        }
        if (seenNanos.size() >= MAX) {
            return false;
        }
        seenNanos.put(id, nowNanos);
        return true;
    }

    private void forgetOld(long nowNanos) {
        for (Iterator<Long> seen = seenNanos.values().iterator(); seen.hasNext(); ) {
            if (nowNanos - seen.next() < LIFETIME.toNanos()) {
                return; // they are in the order of their coming
            }
            seen.remove();
        }
    }
}
