package dev.culvert.peer.internal.session;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What a transport's sessions dropped and why they ended; counted by all of them, read by anyone. */
public final class SessionCounters {
    final LongAdder foreign = new LongAdder();
    final LongAdder backlog = new LongAdder();
    final LongAdder unsent = new LongAdder();
    final LongAdder malformed = new LongAdder();
    final LongAdder wrongCertificate = new LongAdder();
    final LongAdder failedHandshakes = new LongAdder();
    final LongAdder silent = new LongAdder();

    /** Adds the counts by their names. */
    public void addTo(Map<String, Long> counts) {
        counts.put("datagrams.foreign", foreign.sum());
        counts.put("datagrams.backlog", backlog.sum());
        counts.put("datagrams.unsent", unsent.sum());
        counts.put("sessions.malformed", malformed.sum());
        counts.put("sessions.wrong-certificate", wrongCertificate.sum());
        counts.put("sessions.failed-handshake", failedHandshakes.sum());
        counts.put("sessions.silent", silent.sum());
    }
}
