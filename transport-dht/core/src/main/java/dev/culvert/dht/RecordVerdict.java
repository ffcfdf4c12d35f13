package dev.culvert.dht;

import java.util.Optional;

/** What the check of one value gave: a verified record, or the reason why it is none. */
public sealed interface RecordVerdict {
    /** The value is a record that holds now. */
    record Verified(VerifiedRecord record) implements RecordVerdict {}

    /** The value was turned down. */
    record Rejected(RejectReason reason) implements RecordVerdict {}

    /** The record, unless it was rejected. */
    default Optional<VerifiedRecord> verified() {
        return this instanceof Verified verified ? Optional.of(verified.record()) : Optional.empty();
    }
}
