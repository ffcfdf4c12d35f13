package dev.culvert.peer;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** What a transport's sessions refused or repeated; counted on the event loop, read by anyone. */
final class SessionCounters {
    final LongAdder notAuthentic = new LongAdder();
    final LongAdder early = new LongAdder();
    final LongAdder duplicates = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder malformed = new LongAdder();
    final LongAdder malformedSignals = new LongAdder();
    final LongAdder staleSignals = new LongAdder();
    final LongAdder unansweredOffers = new LongAdder();
    final LongAdder failedAttempts = new LongAdder();
    final LongAdder backlog = new LongAdder();
    final LongAdder handlerFailures = new LongAdder();
    private final LongAdder resent = new LongAdder();

    /** Adds one session's segments that were sent again. */
    void resent(long segments) {
        resent.add(segments);
    }

    Map<String, Long> snapshot() {
        Map<String, Long> counts = new TreeMap<>();
        counts.put("packets.not-authentic", notAuthentic.sum());
        counts.put("packets.early", early.sum());
        counts.put("segments.duplicate", duplicates.sum());
        counts.put("segments.refused", refused.sum());
        counts.put("segments.resent", resent.sum());
        counts.put("packets.malformed", malformed.sum());
        counts.put("signals.malformed", malformedSignals.sum());
        counts.put("signals.stale", staleSignals.sum());
        counts.put("offers.unanswered", unansweredOffers.sum());
        counts.put("attempts.failed", failedAttempts.sum());
        counts.put("datagrams.backlog", backlog.sum());
        counts.put("handler.failures", handlerFailures.sum());
        return counts;
    }
}
