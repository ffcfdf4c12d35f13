package dev.culvert.dht.opendht;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.dht.Slot;
import dev.culvert.dht.WritableSlot;
import dev.culvert.identity.Sha3;
import dev.culvert.identity.Signatures;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is stored for a value: version, flags, the writer's public key, sequence number and expiry before it, the
 * writer's signature after it. The signature also covers the slot's whole key, of which OpenDHT knows only the first
 * 20 bytes. Immutable; reads no clock.
 *
 * @param removed whether this marks the slot as empty, up to its sequence number
 * @param sequence larger for newer values
 * @param expirySeconds until when it holds, in seconds since 1970
 * @param value what the writer put; empty if removed
 */
record Envelope(boolean removed, long sequence, long expirySeconds, byte[] value) {
    /** The largest value put at a proxy; it answers nothing at all to 65 536 bytes. */
    static final int MAX_LENGTH = 65_000;

    private static final byte VERSION = 1;
    private static final byte REMOVED = 1;
    private static final int HEADER = 2 + Slot.WRITER_LENGTH + 2 * Long.BYTES;

    /** What a value grows by. */
    static final int OVERHEAD = HEADER + Signatures.LENGTH;

    /** The largest value with its envelope. */
    static final int MAX_VALUE = MAX_LENGTH - OVERHEAD;

    /** No writer puts for longer than two hours; the rest is for clocks that differ. */
    private static final long MOST_SECONDS_AHEAD = 3 * 3600;

    private static final byte[] LABEL = "culvert opendht".getBytes(US_ASCII);

    /** The bytes to store. */
    byte[] seal(WritableSlot slot) {
        byte[] unsigned = ByteBuffer.allocate(HEADER + value.length)
                .put(VERSION)
                .put(removed ? REMOVED : 0)
                .put(slot.slot().writer())
                .putLong(sequence)
                .putLong(expirySeconds)
                .put(value)
                .array();
        byte[] signature = slot.writer().sign(toSign(slot.slot(), unsigned));
        return ByteBuffer.allocate(unsigned.length + signature.length)
                .put(unsigned)
                .put(signature)
                .array();
    }

    /**
     * Reads what was found under a slot's key.
     *
     * @param nowSeconds the time it is found at
     * @param dropped told why, when there is no result
     * @return only what the slot's writer has signed for this slot; it may be {@link #expired}
     */
    static Optional<Envelope> open(Slot slot, byte[] bytes, long nowSeconds, Consumer<OpenDhtEvent> dropped) {
        OpenDhtEvent fault = fault(slot, bytes);
        if (fault != null) {
            dropped.accept(fault);
            return Optional.empty();
        }
        int length = bytes.length - Signatures.LENGTH;
        ByteBuffer fields = ByteBuffer.wrap(bytes, 2 + Slot.WRITER_LENGTH, length - 2 - Slot.WRITER_LENGTH);
        Envelope envelope = new Envelope(
                bytes[1] == REMOVED, fields.getLong(), fields.getLong(), Arrays.copyOfRange(bytes, HEADER, length));
        if (envelope.expirySeconds < 0 || envelope.expirySeconds > nowSeconds + MOST_SECONDS_AHEAD) {
            dropped.accept(OpenDhtEvent.MALFORMED);
            return Optional.empty();
        }
        return Optional.of(envelope);
    }

    /** The cheap checks first: of 10 000 planted values few come as far as the signature. */
    private static @Nullable OpenDhtEvent fault(Slot slot, byte[] bytes) {
        if (bytes.length > MAX_LENGTH) {
            return OpenDhtEvent.OVERSIZED;
        }
        if (bytes.length < OVERHEAD || bytes[0] != VERSION || (bytes[1] & ~REMOVED) != 0) {
            return OpenDhtEvent.MALFORMED;
        }
        byte[] writer = slot.writer();
        if (!Arrays.equals(bytes, 2, 2 + writer.length, writer, 0, writer.length)) {
            return OpenDhtEvent.OTHER_WRITER;
        }
        int length = bytes.length - Signatures.LENGTH;
        byte[] signed = toSign(slot, Arrays.copyOf(bytes, length));
        byte[] signature = Arrays.copyOfRange(bytes, length, bytes.length);
        return Signatures.verify(writer, signed, signature) ? null : OpenDhtEvent.BAD_SIGNATURE;
    }

    private static byte[] toSign(Slot slot, byte[] unsigned) {
        return ByteBuffer.allocate(LABEL.length + Slot.KEY_LENGTH + unsigned.length)
                .put(LABEL)
                .put(slot.key())
                .put(unsigned)
                .array();
    }

    /** Whether its time is over. */
    boolean expired(long nowSeconds) {
        return expirySeconds <= nowSeconds;
    }

    /**
     * The id that OpenDHT stores a sealed envelope under, never 0. It never stores other bytes in place of those of the
     * same id, so other bytes have another id, and the same bytes put again are only refreshed.
     */
    static String id(byte[] sealed) {
        long id = ByteBuffer.wrap(Sha3.sha3_512(sealed)).getLong();
        return Long.toUnsignedString(id == 0 ? 1 : id);
    }
}
