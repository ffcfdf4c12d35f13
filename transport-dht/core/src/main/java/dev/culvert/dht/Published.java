package dev.culvert.dht;

import java.time.Instant;

/**
 * What a peer published and a {@link CandidateDirectory} verified.
 *
 * @param payload the bytes the peer gave to {@code publish}
 * @param sequence larger for newer ones
 * @param expiry when it stops to hold
 */
public record Published(byte[] payload, long sequence, Instant expiry) {
    static Published of(VerifiedRecord record) {
        return new Published(record.payload(), record.sequence(), record.expiry());
    }

    @Override
    public String toString() {
        return "Published[" + payload.length + " bytes, sequence " + sequence + ", expiry " + expiry + "]";
    }
}
