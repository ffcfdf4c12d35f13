package dev.culvert.bench;

import dev.culvert.dht.CandidateDirectory;
import dev.culvert.dht.Published;
import dev.culvert.dht.SealedRecord;
import dev.culvert.dht.WritableSlot;
import dev.culvert.identity.Identity;
import dev.culvert.identity.SigningKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Rounds on one engine, a bare one and one of ours in turn: a value is put by one node until the other has got it, and a
 * candidate record is published by one peer until the other's lookup has returned it verified. Each round has slots that
 * no other had. For one thread.
 */
final class RecordRounds implements AutoCloseable {
    private static final Duration TTL = Duration.ofMinutes(10);
    private static final long LIMIT_SECONDS = 60;
    private static final int KEY_LENGTH = 64;

    private final TestedDht dht;
    private final Identity publisher = Identity.generate();
    private final Identity reader = Identity.generate();
    private final OtherDays clock = new OtherDays();
    private final CandidateDirectory publishing;
    private final CandidateDirectory reading;
    private final SecureRandom random = new SecureRandom();
    private final byte[] payload = CandidateRecord.payload();
    private int failed;
    private int failedRaw;

    /**
     * In the evening of a day that no round had yet, nor a day beside it: a day has a slot of its own for each pair of
     * peers, and in the evening a lookup reads tomorrow's, too.
     */
    private static final class OtherDays extends Clock {
        private final Instant evening =
                Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(18));
        private final long startNanos = System.nanoTime();
        private volatile long days;

        @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
        void move() {
            days += 3;
        }

        @Override
        public Instant instant() {
            return evening.plusNanos(System.nanoTime() - startNanos).plus(Duration.ofDays(days));
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    RecordRounds(TestedDht dht) {
        this.dht = dht;
        publishing = CandidateDirectory.open(publisher, dht.near(), clock);
        reading = CandidateDirectory.open(reader, dht.far(), clock);
    }

    /**
     * Makes pairs of rounds.
     *
     * @param ours filled with milliseconds
     * @param raw as many
     */
    void run(double[] ours, double[] raw) throws Exception {
        for (int i = 0; i < ours.length; i++) {
            // Neither always finds what the other left: warm caches, or a full buffer.
            boolean oursFirst = i % 2 == 0;
            ours[i] = oursFirst ? ours() : 0;
            raw[i] = raw();
            ours[i] = oursFirst ? ours[i] : ours();
        }
    }

    private double ours() throws Exception {
        while (true) {
            clock.move();
            long start = System.nanoTime();
            var lookup = publishing
                    .publish(reader.peerId(), payload, TTL)
                    .thenCompose(stored -> reading.lookup(publisher.peerId()));
            Optional<Published> found = await(lookup);
            double millis = (System.nanoTime() - start) / 1e6;
            if (found != null
                    && found.isPresent()
                    && Arrays.equals(payload, found.get().payload())) {
                return millis;
            }
            failed++;
            requireFewFailures();
        }
    }

    private double raw() throws Exception {
        byte[] value = new byte[bytes()];
        byte[] key = new byte[KEY_LENGTH];
        while (true) {
            random.nextBytes(value);
            random.nextBytes(key);
            WritableSlot slot = WritableSlot.of(key, SigningKey.generate(random));
            long start = System.nanoTime();
            var get = dht.near()
                    .put(slot, 1, value, TTL)
                    .thenCompose(stored -> dht.far().get(slot.slot()));
            List<byte[]> found = await(get);
            double millis = (System.nanoTime() - start) / 1e6;
            if (found != null && found.size() == 1 && Arrays.equals(value, found.get(0))) {
                return millis;
            }
            failedRaw++;
            requireFewFailures();
        }
    }

    private static <T> @Nullable T await(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            System.err.println(e);
            return null;
        }
    }

    private void requireFewFailures() {
        if (failed + failedRaw > 20) {
            throw new IllegalStateException(failed + " lookups and " + failedRaw + " gets found nothing");
        }
    }

    /** Of the sealed record, and of the raw values. */
    int bytes() {
        return SealedRecord.length(clock.millis(), clock.instant().plus(TTL), payload.length);
    }

    /** Lookups that failed, or did not find what was just published. */
    int failed() {
        return failed;
    }

    /** Gets that failed, or did not find what was just put. */
    int failedRaw() {
        return failedRaw;
    }

    @Override
    public void close() {
        publishing.close();
        reading.close();
        publisher.close();
        reader.close();
    }
}
