package dev.culvert.dht;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.identity.Hpke;
import dev.culvert.identity.HpkeSuite;
import dev.culvert.identity.Identity;
import dev.culvert.identity.OpenFailedException;
import dev.culvert.identity.SealingKey;
import dev.culvert.identity.Signatures;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.PeerId;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * The form of a record that only its recipient can read: outside a version byte, a suite byte, the encapsulated key
 * and the ciphertext; inside the fields of the record and the publisher's signature. Who stores it learns nothing but
 * its length. Stateless, for any thread.
 */
public final class SealedRecord {
    /** The first byte of every record. */
    public static final byte VERSION = 1;

    /** The most that sealing to a peer id, fields and signature add to a payload, in bytes. */
    public static final int MAX_OVERHEAD = 200;

    /** The same when sealed to a {@link SealingKey}: X-Wing's encapsulated key is 1088 bytes longer. */
    public static final int MAX_OVERHEAD_X_WING = MAX_OVERHEAD + 1088;

    /** The largest payload, in bytes: 256 KiB. */
    public static final int MAX_PAYLOAD = 257 * 1024;

    static final int HEADER_LENGTH = 2;

    private static final HpkeSuite X25519 = HpkeSuite.X25519_CHACHA20POLY1305;
    private static final HpkeSuite X_WING = HpkeSuite.X_WING_CHACHA20POLY1305;
    private static final byte[] INFO = "culvert1".getBytes(UTF_8);

    private SealedRecord() {}

    /**
     * Bytes of a record that is sealed to a peer id.
     *
     * @param payloadLength bytes it is to carry
     */
    public static int length(long sequence, Instant expiry, int payloadLength) {
        return length(X25519, sequence, expiry, payloadLength);
    }

    /**
     * Bytes of a record.
     *
     * @param suite how it is sealed
     * @param payloadLength bytes it is to carry
     */
    public static int length(HpkeSuite suite, long sequence, Instant expiry, int payloadLength) {
        return HEADER_LENGTH
                + suite.encLength()
                + RecordBody.length(sequence, expiry.getEpochSecond(), payloadLength)
                + Signatures.LENGTH
                + suite.tagLength();
    }

    /**
     * The largest payload whose record, sealed to a peer id, is not over a limit.
     *
     * @param limit bytes that the record may have
     * @return bytes, at least 0
     */
    public static int maxPayload(int limit, long sequence, Instant expiry) {
        return maxPayload(X25519, limit, sequence, expiry);
    }

    /**
     * The largest payload whose record is not over a limit.
     *
     * @param suite how it is sealed
     * @param limit bytes that the record may have
     * @return bytes, at least 0; 0 also when not even an empty record fits
     */
    public static int maxPayload(HpkeSuite suite, int limit, long sequence, Instant expiry) {
        int payload = Math.max(0, Math.min(MAX_PAYLOAD, limit - length(suite, sequence, expiry, 0)));
        // The length field of a longer payload takes a byte or two more.
        while (payload > 0 && length(suite, sequence, expiry, payload) > limit) {
            payload--;
        }
        return payload;
    }

    /**
     * Makes a record, sealed to the recipient's X25519 key.
     *
     * @param publisher signs it
     * @param recipient the only one who can read it
     * @param key the 64-byte DHT key it is made for; it opens under no other
     * @param sequence at least 1, larger for newer records
     * @param expiry at most 7 days ahead, or the recipient rejects it; cut to seconds
     * @param payload at most {@link #MAX_PAYLOAD} bytes
     * @throws MessageTooLargeException if the payload is larger
     */
    public static byte[] seal(
            Identity publisher, PeerId recipient, byte[] key, long sequence, Instant expiry, byte[] payload) {
        byte[] header = {VERSION, X25519.id()};
        byte[] signed = signed(publisher, recipient, header, key, sequence, expiry, payload);
        byte[] info = info(publisher.peerId(), recipient);
        return join(header, Hpke.seal(X25519, recipient, info, SignedBody.join(header, key), signed));
    }

    /**
     * Makes a record that a later quantum computer will not open, either; it is 1088 bytes longer. Otherwise as {@link
     * #seal(Identity, PeerId, byte[], long, Instant, byte[])}.
     *
     * @param recipientKey the recipient's own, from a record that it signed
     */
    public static byte[] seal(
            Identity publisher,
            PeerId recipient,
            SealingKey recipientKey,
            byte[] key,
            long sequence,
            Instant expiry,
            byte[] payload) {
        byte[] header = {VERSION, X_WING.id()};
        byte[] signed = signed(publisher, recipient, header, key, sequence, expiry, payload);
        byte[] info = info(publisher.peerId(), recipient);
        return join(header, Hpke.seal(recipientKey, info, SignedBody.join(header, key), signed));
    }

    private static byte[] signed(
            Identity publisher,
            PeerId recipient,
            byte[] header,
            byte[] key,
            long sequence,
            Instant expiry,
            byte[] payload) {
        if (payload.length > MAX_PAYLOAD) {
            throw new MessageTooLargeException(payload.length, MAX_PAYLOAD, "a sealed record");
        }
        RecordBody body = new RecordBody(publisher.peerId(), sequence, expiry.getEpochSecond(), payload);
        return SignedBody.sign(publisher, SignedBody.sealedContext(header, key, recipient), body);
    }

    private static byte[] join(byte[] header, Hpke.Sealed sealed) {
        return SignedBody.join(header, sealed.enc(), sealed.ciphertext());
    }

    /** How a record says that it is sealed; empty when it is too short or names what this version does not know. */
    static Optional<HpkeSuite> suite(byte[] record) {
        return record.length < HEADER_LENGTH ? Optional.empty() : HpkeSuite.byId(record[1]);
    }

    private static int maxOverhead(HpkeSuite suite) {
        return suite == X_WING ? MAX_OVERHEAD_X_WING : MAX_OVERHEAD;
    }

    /**
     * Opens and verifies a value. Never throws, whatever the bytes are.
     *
     * @param recipient whose private key opens it
     * @param publisher whose record is wanted
     * @param key the 64-byte DHT key it was found under
     * @param value the bytes found there
     * @param now the time it must hold at
     * @param lowestSequence the lowest sequence number that is not a replay
     */
    public static RecordVerdict open(
            Identity recipient, PeerId publisher, byte[] key, byte[] value, Instant now, long lowestSequence) {
        if (value.length > MAX_PAYLOAD + MAX_OVERHEAD_X_WING) {
            return SignedBody.rejected(RejectReason.OVERSIZED);
        }
        if (value.length < HEADER_LENGTH) {
            return SignedBody.rejected(RejectReason.MALFORMED);
        }
        Optional<HpkeSuite> suite = suite(value);
        if (value[0] != VERSION || suite.isEmpty()) {
            return SignedBody.rejected(RejectReason.UNSUPPORTED);
        }
        if (value.length > MAX_PAYLOAD + maxOverhead(suite.get())) {
            return SignedBody.rejected(RejectReason.OVERSIZED);
        }
        int sealedFrom = HEADER_LENGTH + suite.get().encLength();
        if (value.length < sealedFrom + suite.get().tagLength()) {
            return SignedBody.rejected(RejectReason.MALFORMED);
        }
        byte[] header = Arrays.copyOf(value, HEADER_LENGTH);
        byte[] signed;
        try {
            signed = recipient.open(
                    suite.get(),
                    Arrays.copyOfRange(value, HEADER_LENGTH, sealedFrom),
                    info(publisher, recipient.peerId()),
                    SignedBody.join(header, key),
                    Arrays.copyOfRange(value, sealedFrom, value.length));
        } catch (OpenFailedException e) {
            return SignedBody.rejected(RejectReason.NOT_FOR_US);
        }
        byte[] context = SignedBody.sealedContext(header, key, recipient.peerId());
        return SignedBody.verify(signed, context, publisher, now, lowestSequence);
    }

    /** Whether bytes have the outer form of a sealed record, as far as somebody can see who can not open it. */
    static boolean looksLikeOne(byte[] value) {
        Optional<HpkeSuite> suite =
                value.length < HEADER_LENGTH || value[0] != VERSION ? Optional.empty() : HpkeSuite.byId(value[1]);
        return suite.isPresent()
                && value.length
                        > HEADER_LENGTH + suite.get().encLength() + suite.get().tagLength() + Signatures.LENGTH;
    }

    private static byte[] info(PeerId publisher, PeerId recipient) {
        return ByteBuffer.allocate(INFO.length + 2 * PeerId.LENGTH)
                .put(INFO)
                .put(publisher.toBytes())
                .put(recipient.toBytes())
                .array();
    }
}
