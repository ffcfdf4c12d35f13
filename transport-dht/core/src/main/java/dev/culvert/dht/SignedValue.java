package dev.culvert.dht;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.identity.Signatures;
import dev.culvert.identity.SigningKey;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A value as engines store it whose network knows no writers and no sequence numbers. On the wire, all numbers big-endian:
 * version (1 byte, always 1), flags (1; bit 0: removed, the others 0), the writer's Ed25519 public key (32), the slot's key
 * (64), sequence (8), expiry in seconds since 1970 (8), the value, and the writer's signature (64) over
 * {@code culvert signed value} and everything before it. It names its whole slot, so a node that knows a part of the key
 * only can check it, too. Immutable; the array belongs to it and is not copied. Reads no clock, so whoever opens one asks
 * whether it has {@link #expired}.
 *
 * @param slot where it belongs
 * @param removed whether it says that the slot is empty, up to its sequence number; the value then is
 * @param sequence larger for newer values
 * @param expirySeconds until when it holds, in seconds since 1970; any number, as its writer says
 * @param value what the writer put
 */
@SuppressWarnings("ArrayRecordComponent")
public record SignedValue(Slot slot, boolean removed, long sequence, long expirySeconds, byte[] value) {
    private static final byte VERSION = 1;
    private static final byte REMOVED = 1;
    private static final int KEY_AT = 2 + Slot.WRITER_LENGTH;
    private static final int NUMBERS_AT = KEY_AT + Slot.KEY_LENGTH;
    private static final int HEADER = NUMBERS_AT + 2 * Long.BYTES;

    /** What a value grows by, in bytes. */
    public static final int OVERHEAD = HEADER + Signatures.LENGTH;

    private static final byte[] LABEL = "culvert signed value".getBytes(US_ASCII);

    /** Refuses a mark of removal with a value. */
    public SignedValue {
        if (removed && value.length > 0) {
            throw new IllegalArgumentException("What marks a slot as empty has no value, not one of " + value.length);
        }
    }

    /** A value for a slot. */
    public static SignedValue of(Slot slot, long sequence, long expirySeconds, byte[] value) {
        return new SignedValue(slot, false, sequence, expirySeconds, value);
    }

    /** The mark that a slot is empty, up to the given number. */
    public static SignedValue removal(Slot slot, long sequence, long expirySeconds) {
        return new SignedValue(slot, true, sequence, expirySeconds, new byte[0]);
    }

    /**
     * The bytes to store.
     *
     * @throws IllegalArgumentException if the key is not that of the slot's writer
     * @throws IllegalStateException if the key was closed
     */
    public byte[] sign(SigningKey writer) {
        byte[] key = slot.writer();
        if (!Arrays.equals(key, writer.publicKey())) {
            throw new IllegalArgumentException("The key given for " + slot + " may not write there");
        }
        ByteBuffer wire = ByteBuffer.allocate(OVERHEAD + value.length)
                .put(VERSION)
                .put(removed ? REMOVED : 0)
                .put(key)
                .put(slot.key())
                .putLong(sequence)
                .putLong(expirySeconds)
                .put(value);
        byte[] bytes = wire.array();
        return wire.put(writer.sign(signed(bytes))).array();
    }

    /**
     * Reads and checks what was found; the cheap checks come first, so that many planted values cost little. Its length is
     * for the engine to bound.
     *
     * @param belongs whether a value for this slot may lie where it was found
     * @param dropped told why, when there is no result: {@link RejectReason#MALFORMED}, {@link RejectReason#NOT_FOR_US}
     *     or {@link RejectReason#BAD_SIGNATURE}
     * @return only what the slot's writer has signed
     */
    public static Optional<SignedValue> open(byte[] bytes, Predicate<Slot> belongs, Consumer<RejectReason> dropped) {
        Optional<SignedValue> read = read(bytes);
        if (read.isEmpty()) {
            dropped.accept(RejectReason.MALFORMED);
            return Optional.empty();
        }
        Slot slot = read.get().slot;
        if (!belongs.test(slot)) {
            dropped.accept(RejectReason.NOT_FOR_US);
            return Optional.empty();
        }
        byte[] signature = Arrays.copyOfRange(bytes, bytes.length - Signatures.LENGTH, bytes.length);
        if (!Signatures.verify(slot.writer(), signed(bytes), signature)) {
            dropped.accept(RejectReason.BAD_SIGNATURE);
            return Optional.empty();
        }
        return read;
    }

    /** The same without slot and signature, for what was checked when it was stored; empty if it is malformed. */
    public static Optional<SignedValue> read(byte[] bytes) {
        if (bytes.length < OVERHEAD || bytes[0] != VERSION || (bytes[1] & ~REMOVED) != 0) {
            return Optional.empty();
        }
        boolean removed = bytes[1] == REMOVED;
        if (removed && bytes.length > OVERHEAD) {
            return Optional.empty();
        }
        Slot slot = new Slot(
                Arrays.copyOfRange(bytes, KEY_AT, NUMBERS_AT),
                Arrays.copyOfRange(bytes, KEY_AT - Slot.WRITER_LENGTH, KEY_AT));
        ByteBuffer numbers = ByteBuffer.wrap(bytes, NUMBERS_AT, 2 * Long.BYTES);
        byte[] value = Arrays.copyOfRange(bytes, HEADER, bytes.length - Signatures.LENGTH);
        return Optional.of(new SignedValue(slot, removed, numbers.getLong(), numbers.getLong(), value));
    }

    /** What the signature is made over: all but the last 64 bytes. */
    private static byte[] signed(byte[] bytes) {
        int length = bytes.length - Signatures.LENGTH;
        return ByteBuffer.allocate(LABEL.length + length)
                .put(LABEL)
                .put(bytes, 0, length)
                .array();
    }

    /** Whether its time is over. */
    public boolean expired(long nowSeconds) {
        return expirySeconds <= nowSeconds;
    }

    /** Whether a node that holds another one of the slot takes this in its place: a newer one, or the same for longer. */
    public boolean replaces(SignedValue held) {
        if (sequence != held.sequence) {
            return sequence > held.sequence;
        }
        if (removed != held.removed) {
            return removed;
        }
        return Arrays.equals(value, held.value) && expirySeconds > held.expirySeconds;
    }

    /** Whether both say the same of their slot, perhaps for another time. */
    public boolean saysTheSame(SignedValue other) {
        return sequence == other.sequence && removed == other.removed && Arrays.equals(value, other.value);
    }
}
