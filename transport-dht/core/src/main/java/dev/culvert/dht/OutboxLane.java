package dev.culvert.dht;

import dev.culvert.transport.PeerId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** The messages for one receiver, and where the outbox stands with them. For the queue's thread; lives as long as its outbox. */
final class OutboxLane {
    final PeerId peer;
    final RecordKeys keys;
    OutboxState state;
    Instant lastActivity;
    /** False until we looked where the receiver stands; nothing is put before. */
    boolean positioned;

    /** False for what an earlier run left, until it is numbered anew. */
    boolean numberedInThisRun;

    boolean pollingAck;
    final Map<Long, Integer> failures = new HashMap<>();

    /** Of each message from the head on. */
    final ArrayDeque<Integer> lengths = new ArrayDeque<>();

    long bytes;

    OutboxLane(PeerId peer, RecordKeys keys, OutboxState state, Instant now, boolean positioned) {
        this.peer = peer;
        this.keys = keys;
        this.state = state;
        this.lastActivity = now;
        this.positioned = positioned;
        this.numberedInThisRun = !positioned;
    }

    void added(int length) {
        lengths.add(length);
        bytes += length;
    }

    /** The oldest message is gone. */
    void removed() {
        Integer length = lengths.poll();
        bytes -= length == null ? 0 : length;
    }
}
