package dev.culvert.peer;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What a transport's links and handlers dropped or failed in; counted on any thread, read by anyone. */
final class LinkCounters {
    final LongAdder early = new LongAdder();
    final LongAdder malformedSignals = new LongAdder();
    final LongAdder staleSignals = new LongAdder();
    final LongAdder unansweredOffers = new LongAdder();
    final LongAdder failedAttempts = new LongAdder();
    final LongAdder noSlot = new LongAdder();
    final LongAdder handlerFailures = new LongAdder();

    /** Adds the counts by their names. */
    void addTo(Map<String, Long> counts) {
        counts.put("datagrams.early", early.sum());
        counts.put("signals.malformed", malformedSignals.sum());
        counts.put("signals.stale", staleSignals.sum());
        counts.put("offers.unanswered", unansweredOffers.sum());
        counts.put("attempts.failed", failedAttempts.sum());
        counts.put("connections.no-slot", noSlot.sum());
        counts.put("handler.failures", handlerFailures.sum());
    }
}
