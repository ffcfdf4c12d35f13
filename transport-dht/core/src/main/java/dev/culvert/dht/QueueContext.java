package dev.culvert.dht;

import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/**
 * What the two halves of a queue share. For the queue's thread, apart from the counters; lives as long as its queue.
 *
 * @param self who sends and receives
 * @param dht the engine, the caller's
 * @param store the disk, the caller's
 * @param config the settings
 * @param loop the thread and its tasks
 * @param sequences numbers the records
 * @param opener verifies what the engine returns
 * @param schedule spreads repeated work in time
 * @param events what happened
 */
record QueueContext(
        Identity self,
        Dht dht,
        MessageStore store,
        QueueConfig config,
        TaskLoop<QueueTask> loop,
        SequenceSource sequences,
        RecordOpener opener,
        PollSchedule schedule,
        EventCounters<QueueEvent> events) {
    void count(QueueEvent event) {
        events.count(event);
    }

    /** Seals a payload for a peer and puts it. */
    CompletableFuture<Integer> seal(PeerId recipient, WritableSlot slot, Instant expiry, byte[] payload) {
        long sequence = sequences.next();
        byte[] record = SealedRecord.seal(self, recipient, slot.slot().key(), sequence, expiry, payload);
        return dht.put(slot, sequence, record, Duration.between(loop.now(), expiry));
    }

    /** As configured, but at least twice in the time the engine keeps a value. */
    Duration republishPeriod() {
        Duration half = dht.capabilities().maxTtl().dividedBy(2);
        return config.republishPeriod().compareTo(half) < 0 ? config.republishPeriod() : half;
    }

    Duration pollWait(Duration quiet) {
        return schedule.poll(config.pollInterval(), config.slowestPollInterval(), quiet);
    }

    Duration retryWait(int failures) {
        return schedule.retry(config.firstRetry(), config.longestRetry(), failures);
    }
}
