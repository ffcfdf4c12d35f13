package dev.culvert.dht;

import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Turns what a get returned into verified records, with a bound on the work that strangers can cause: values over the
 * engine's limit are not opened, and no more than {@value #MAX_ATTEMPTS} of the others. Counts every value it drops.
 * Safe for any thread.
 */
final class RecordOpener {
    /** An engine returns one value for each writer; more than a few under one slot are somebody's noise. */
    static final int MAX_ATTEMPTS = 8;

    private final Identity self;
    private final int maxValueBytes;
    private final EventCounters<RejectReason> counters;

    RecordOpener(Identity self, int maxValueBytes, EventCounters<RejectReason> counters) {
        this.self = self;
        this.maxValueBytes = maxValueBytes;
        this.counters = counters;
    }

    /** The newest record that {@code from} sealed to us for this key, with at least the given sequence number. */
    Optional<VerifiedRecord> newest(PeerId from, byte[] key, List<byte[]> values, Instant now, long lowestSequence) {
        return newest(open(from, key, values, now, lowestSequence));
    }

    /** All records among the values that {@code from} sealed to us for this key. */
    List<VerifiedRecord> open(PeerId from, byte[] key, List<byte[]> values, Instant now, long lowestSequence) {
        return check(values, value -> SealedRecord.open(self, from, key, value, now, lowestSequence));
    }

    /** All public records of {@code publisher} among the values. */
    List<VerifiedRecord> openPublic(
            PeerId publisher, byte[] key, List<byte[]> values, Instant now, long lowestSequence) {
        return check(values, value -> PublicRecord.verify(publisher, key, value, now, lowestSequence));
    }

    static Optional<VerifiedRecord> newest(List<VerifiedRecord> records) {
        return records.stream().max(Comparator.comparingLong(VerifiedRecord::sequence));
    }

    private List<VerifiedRecord> check(List<byte[]> values, Function<byte[], RecordVerdict> verifier) {
        List<VerifiedRecord> verified = new ArrayList<>();
        int attempts = 0;
        for (byte[] value : values) {
            if (value.length > maxValueBytes) {
                counters.count(RejectReason.OVERSIZED);
            } else if (attempts == MAX_ATTEMPTS) {
                counters.count(RejectReason.SURPLUS);
            } else {
                attempts++;
                RecordVerdict verdict = verifier.apply(value);
                if (verdict instanceof RecordVerdict.Rejected rejected) {
                    counters.count(rejected.reason());
                }
                verdict.verified().ifPresent(verified::add);
            }
        }
        return verified;
    }
}
