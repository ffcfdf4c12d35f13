package dev.culvert.dht.opendht;

import dev.culvert.dht.EventCounters;
import dev.culvert.dht.NewestValues;
import dev.culvert.dht.SignedValue;
import dev.culvert.dht.Slot;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Reads the lines of the values under a slot's key: drops and counts what the slot's writer has not signed, and keeps
 * the newest of the rest. Safe for any thread.
 */
final class SlotReader implements Predicate<byte[]> {
    /** More than a node has ever taken under one key in our tests; who plants more than that can hide what is put later. */
    static final int MOST_VALUES = 16_384;

    /** No writer puts for longer than two hours; the rest is for clocks that differ. */
    private static final long MOST_SECONDS_AHEAD = 3 * 3600;

    private final Slot slot;
    private final InstantSource clock;
    private final EventCounters<OpenDhtEvent> events;
    private final int mostValues;
    private final Consumer<byte[]> fresh;
    private final NewestValues newest = new NewestValues(); // guarded by this
    private int read; // guarded by this
    private boolean cut; // guarded by this

    /**
     * Nothing read so far.
     *
     * @param mostValues lines that are read
     * @param fresh gets each value that is newer than those before, with a lock held: it must be short
     */
    SlotReader(
            Slot slot,
            InstantSource clock,
            EventCounters<OpenDhtEvent> events,
            int mostValues,
            Consumer<byte[]> fresh) {
        this.slot = slot;
        this.clock = clock;
        this.events = events;
        this.mostValues = mostValues;
        this.fresh = fresh;
    }

    /** Reads one line; false when it was one too many. */
    @Override
    public synchronized boolean test(byte[] line) {
        if (++read > mostValues) {
            cut = true;
            events.count(OpenDhtEvent.CUT_SHORT);
            return false;
        }
        Optional<ProxyLine.Value> value = ProxyLine.value(line);
        if (value.isEmpty()) {
            events.count(OpenDhtEvent.MALFORMED);
        } else if (!value.get().expired()) {
            long now = clock.instant().getEpochSecond();
            take(value.get().data(), now);
        }
        return true;
    }

    private void take(byte[] bytes, long now) {
        if (bytes.length > OpenDht.MAX_SIGNED) {
            events.count(OpenDhtEvent.OVERSIZED);
            return;
        }
        SignedValue.open(bytes, slot::equals, reason -> events.count(OpenDhtEvent.of(reason)))
                .ifPresent(genuine -> take(genuine, now));
    }

    private void take(SignedValue genuine, long now) {
        if (genuine.expirySeconds() < 0 || genuine.expirySeconds() > now + MOST_SECONDS_AHEAD) {
            events.count(OpenDhtEvent.MALFORMED);
            return;
        }
        if (genuine.expired(now)) {
            events.count(OpenDhtEvent.EXPIRED);
        } else if (newest.any() && genuine.sequence() < newest.sequence()) {
            events.count(OpenDhtEvent.SUPERSEDED);
        }
        if (newest.add(genuine, now)) {
            fresh.accept(genuine.value().clone());
        }
    }

    /** A new connection begins: all that is stored comes again. */
    synchronized void begin() {
        read = 0;
    }

    /** The values that hold now, the newest first. */
    synchronized List<byte[]> values() {
        return newest.values(clock.instant().getEpochSecond());
    }

    /** The largest sequence number of a genuine value, if there was one. */
    synchronized Optional<Long> sequence() {
        return newest.any() ? Optional.of(newest.sequence()) : Optional.empty();
    }

    /** Whether there was more than is read. */
    synchronized boolean isCut() {
        return cut;
    }
}
