package dev.culvert.dht;

import dev.culvert.identity.Identity;
import dev.culvert.identity.Signatures;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.PeerId;
import java.time.Instant;
import java.util.Arrays;

/**
 * The form of a record that anyone may read: the version byte, a zero where a sealed record names its suite, the
 * fields, and the publisher's signature. For the opt-in public record only, because it names its publisher.
 * Stateless, for any thread.
 */
public final class PublicRecord {
    /** Stands where a sealed record names its cipher suite. */
    public static final byte NOT_SEALED = 0;

    private static final int MIN_LENGTH = SealedRecord.HEADER_LENGTH + Signatures.LENGTH;

    private PublicRecord() {}

    /**
     * Makes a record.
     *
     * @param publisher signs it
     * @param key the 64-byte DHT key it is made for
     * @param sequence at least 1, larger for newer records
     * @param expiry at most 7 days ahead; cut to seconds
     * @param payload at most {@link SealedRecord#MAX_PAYLOAD} bytes
     * @throws MessageTooLargeException if the payload is larger
     */
    public static byte[] sign(Identity publisher, byte[] key, long sequence, Instant expiry, byte[] payload) {
        if (payload.length > SealedRecord.MAX_PAYLOAD) {
            throw new MessageTooLargeException(payload.length, SealedRecord.MAX_PAYLOAD, "a public record");
        }
        byte[] header = {SealedRecord.VERSION, NOT_SEALED};
        RecordBody body = new RecordBody(publisher.peerId(), sequence, expiry.getEpochSecond(), payload);
        return SignedBody.join(header, SignedBody.sign(publisher, SignedBody.publicContext(header, key), body));
    }

    /**
     * Verifies a value. Never throws, whatever the bytes are.
     *
     * @param publisher whose record is wanted
     * @param key the 64-byte DHT key it was found under
     * @param value the bytes found there
     * @param now the time it must hold at
     * @param lowestSequence the lowest sequence number that is not a replay
     */
    public static RecordVerdict verify(PeerId publisher, byte[] key, byte[] value, Instant now, long lowestSequence) {
        if (value.length > SealedRecord.MAX_PAYLOAD + SealedRecord.MAX_OVERHEAD) {
            return SignedBody.rejected(RejectReason.OVERSIZED);
        }
        if (value.length < SealedRecord.HEADER_LENGTH) {
            return SignedBody.rejected(RejectReason.MALFORMED);
        }
        if (value[0] != SealedRecord.VERSION || value[1] != NOT_SEALED) {
            return SignedBody.rejected(RejectReason.UNSUPPORTED);
        }
        if (value.length < MIN_LENGTH) {
            return SignedBody.rejected(RejectReason.MALFORMED);
        }
        byte[] header = Arrays.copyOf(value, SealedRecord.HEADER_LENGTH);
        byte[] signed = Arrays.copyOfRange(value, SealedRecord.HEADER_LENGTH, value.length);
        return SignedBody.verify(signed, SignedBody.publicContext(header, key), publisher, now, lowestSequence);
    }
}
