package dev.culvert.dht;

import dev.culvert.transport.PeerId;
import java.time.Instant;

/**
 * The content of a record whose signature, publisher, key, life time and sequence number were all checked.
 *
 * @param publisher who signed it
 * @param sequence larger for newer records of the same publisher
 * @param expiry when it stops to hold, in whole seconds
 * @param payload the bytes it carries; the caller owns the array
 */
public record VerifiedRecord(PeerId publisher, long sequence, Instant expiry, byte[] payload) {
    @Override
    public String toString() {
        return "VerifiedRecord[" + publisher.toShortString() + ", sequence " + sequence + ", expiry " + expiry + ", "
                + payload.length + " bytes]";
    }
}
