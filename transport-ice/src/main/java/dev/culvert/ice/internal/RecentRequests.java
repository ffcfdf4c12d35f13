package dev.culvert.ice.internal;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Bounds how many requests of one authenticated peer the ICE agent remembers: it keeps each for 16 s to repeat its
 * answer, and before its checks begin it keeps each for good. A repetition is let through if it comes from where the
 * request came from first; from elsewhere it is a replay by somebody who has seen it go by. Pure logic in the caller's
 * time; the STUN thread owns it.
 */
public final class RecentRequests {
    /** A full check list of 100 pairs, its triggered and nominating checks, and consent, more than once over. */
    public static final int MAX = 512;

    /** How long ice4j keeps a server transaction. */
    static final Duration LIFETIME = Duration.ofSeconds(16);

    /** What to do with a request. */
    public enum Verdict {
        ADMITTED,
        REPLAYED,
        TOO_MANY
    }

    private record Seen(InetSocketAddress from, long nanos) {}

    private final Map<TransactionId, Seen> seen = new LinkedHashMap<>();
    private boolean checking;

    /** The checks have begun: from now on requests are forgotten after a while. */
    public void begin() {
        checking = true;
    }

    /** Whether the request may go on to the agent. */
    public Verdict admit(TransactionId id, InetSocketAddress from, long nowNanos) {
        if (checking) {
            forgetOld(nowNanos);
        }
        Seen first = seen.get(id);
        if (first != null) {
            return first.from().equals(from) ? Verdict.ADMITTED : Verdict.REPLAYED;
        }
        if (seen.size() >= MAX) {
            return Verdict.TOO_MANY;
        }
        seen.put(id, new Seen(from, nowNanos));
        return Verdict.ADMITTED;
    }

    private void forgetOld(long nowNanos) {
        for (Iterator<Seen> oldest = seen.values().iterator(); oldest.hasNext(); ) {
            if (nowNanos - oldest.next().nanos() < LIFETIME.toNanos()) {
                return; // they are in the order of their coming
            }
            oldest.remove();
        }
    }
}
