package dev.culvert.dht;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.identity.Identity;
import dev.culvert.identity.Signatures;
import dev.culvert.transport.PeerId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * A record body with its publisher's signature as the last 64 bytes, the part that sealed and public records share.
 * What is signed begins with a label that no other use of the identity's key has, and binds the body to the record's
 * header, its key and its recipient. Stateless.
 */
final class SignedBody {
    /** The longest life of a record. */
    static final Duration MAX_LIFE = Duration.ofDays(7);

    /**
     * How far ahead of ours a publisher's clock may be: a day. With less, a sender whose clock is behind would never see an
     * acknowledgement, as each is valid for seven days by the clock of the other.
     */
    static final Duration CLOCK_SLACK = Duration.ofHours(25);

    private static final byte[] SEALED_LABEL = "culvert1 sealed record".getBytes(UTF_8);
    private static final byte[] PUBLIC_LABEL = "culvert1 public record".getBytes(UTF_8);

    private SignedBody() {}

    /** What the signature of a sealed record covers before its body. */
    static byte[] sealedContext(byte[] header, byte[] key, PeerId recipient) {
        return join(SEALED_LABEL, header, key, recipient.toBytes());
    }

    /** What the signature of a public record covers before its body. */
    static byte[] publicContext(byte[] header, byte[] key) {
        return join(PUBLIC_LABEL, header, key);
    }

    static byte[] sign(Identity publisher, byte[] context, RecordBody body) {
        byte[] fields = body.encode();
        return join(fields, publisher.signingKey().sign(join(context, fields)));
    }

    /**
     * Checks everything but the sealing.
     *
     * @param signed body and signature
     * @param context what was signed before the body
     * @param publisher the only one whose record is wanted
     * @param now the time it must hold at
     * @param lowestSequence the lowest sequence number that is not a replay
     */
    static RecordVerdict verify(byte[] signed, byte[] context, PeerId publisher, Instant now, long lowestSequence) {
        int length = signed.length - Signatures.LENGTH;
        if (length < 0) {
            return rejected(RejectReason.MALFORMED);
        }
        RecordBody body = RecordBody.parse(ByteBuffer.wrap(signed, 0, length));
        if (body == null) {
            return rejected(RejectReason.MALFORMED);
        }
        if (!body.publisher().equals(publisher)) {
            return rejected(RejectReason.WRONG_PUBLISHER);
        }
        byte[] signature = Arrays.copyOfRange(signed, length, signed.length);
        byte[] message = join(context, Arrays.copyOf(signed, length));
        if (!Signatures.verify(publisher.signingKey(), message, signature)) {
            return rejected(RejectReason.BAD_SIGNATURE);
        }
        return judge(body, now.getEpochSecond(), lowestSequence);
    }

    private static RecordVerdict judge(RecordBody body, long nowSeconds, long lowestSequence) {
        if (body.expirySeconds() > nowSeconds + MAX_LIFE.toSeconds() + CLOCK_SLACK.toSeconds()) {
            return rejected(RejectReason.MALFORMED);
        }
        if (body.expirySeconds() <= nowSeconds) {
            return rejected(RejectReason.EXPIRED);
        }
        if (body.sequence() < lowestSequence) {
            return rejected(RejectReason.REPLAYED);
        }
        return new RecordVerdict.Verified(new VerifiedRecord(
                body.publisher(), body.sequence(), Instant.ofEpochSecond(body.expirySeconds()), body.payload()));
    }

    static RecordVerdict rejected(RejectReason reason) {
        return new RecordVerdict.Rejected(reason);
    }

    static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer out = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            out.put(part);
        }
        return out.array();
    }
}
