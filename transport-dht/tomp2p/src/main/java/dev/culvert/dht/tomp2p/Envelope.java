package dev.culvert.dht.tomp2p;

import dev.culvert.dht.Slot;
import dev.culvert.dht.WritableSlot;
import dev.culvert.identity.Signatures;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.tomp2p.peers.Number640;

/**
 * A value as it travels, all numbers big-endian: version (1 byte, always 1), flags (1; bit 0: removed, the others 0), the
 * writer's Ed25519 public key (32), the last 24 bytes of the key, which the place does not show (24), sequence (8), expiry
 * in seconds since 1970 (8), the value, and the writer's signature (64) over {@code culvert tomp2p}, the 64-byte key and
 * everything before it. So a node can check it without having been told the key. Immutable; arrays belong to it.
 *
 * @param removed whether it says that the slot is empty; the value then is
 * @param sequence the larger one wins
 * @param expiry in seconds since 1970
 * @param value what was put
 */
@SuppressWarnings("ArrayRecordComponent")
record Envelope(boolean removed, long sequence, long expiry, byte[] value) implements Comparable<Envelope> {
    /** The largest one there may be. */
    static final int MAX_LENGTH = 1 << 20;

    private static final int HIDDEN = Slot.KEY_LENGTH - Place.SHOWN;
    private static final int HEAD = 2 + Slot.WRITER_LENGTH + HIDDEN + 2 * Long.BYTES;

    /** What an envelope adds to its value. */
    static final int OVERHEAD = HEAD + Signatures.LENGTH;

    static final int MAX_VALUE = MAX_LENGTH - OVERHEAD;

    private static final byte VERSION = 1;
    private static final byte REMOVED = 1;
    private static final byte[] CONTEXT = "culvert tomp2p".getBytes(StandardCharsets.US_ASCII);

    /** The bytes of a signed envelope. */
    byte[] sign(WritableSlot slot) {
        byte[] key = slot.slot().key();
        ByteBuffer wire = ByteBuffer.allocate(OVERHEAD + value.length)
                .put(VERSION)
                .put(removed ? REMOVED : 0)
                .put(slot.slot().writer())
                .put(key, Place.SHOWN, HIDDEN)
                .putLong(sequence)
                .putLong(expiry)
                .put(value);
        byte[] bytes = wire.array();
        return wire.put(slot.writer().sign(signed(key, bytes))).array();
    }

    /**
     * Reads and checks an envelope; the cheap checks come first.
     *
     * @param bytes copied
     * @param place where it lay
     * @param now in seconds since 1970
     */
    static Envelope open(byte[] bytes, Number640 place, long now) throws EnvelopeRejectedException {
        Envelope read = read(bytes, now);
        byte[] writer = Arrays.copyOfRange(bytes, 2, 2 + Slot.WRITER_LENGTH);
        byte[] hidden = Arrays.copyOfRange(bytes, 2 + Slot.WRITER_LENGTH, 2 + Slot.WRITER_LENGTH + HIDDEN);
        byte[] key = Place.key(place, hidden);
        require(Place.of(key, writer).equals(place), TomP2PEvent.FOREIGN);
        byte[] signature = Arrays.copyOfRange(bytes, bytes.length - Signatures.LENGTH, bytes.length);
        require(Signatures.verify(writer, signed(key, bytes), signature), TomP2PEvent.BADLY_SIGNED);
        return read;
    }

    /** The same without place and signature, for what was checked when it was stored. */
    static Envelope read(byte[] bytes, long now) throws EnvelopeRejectedException {
        require(bytes.length <= MAX_LENGTH, TomP2PEvent.OVERSIZED);
        require(bytes.length >= OVERHEAD && bytes[0] == VERSION, TomP2PEvent.MALFORMED);
        boolean removed = bytes[1] == REMOVED;
        int length = bytes.length - OVERHEAD;
        require(removed ? length == 0 : bytes[1] == 0, TomP2PEvent.MALFORMED);
        ByteBuffer wire = ByteBuffer.wrap(bytes).position(HEAD - 2 * Long.BYTES);
        long sequence = wire.getLong();
        long expiry = wire.getLong();
        require(expiry > now, TomP2PEvent.EXPIRED);
        return new Envelope(removed, sequence, expiry, Arrays.copyOfRange(bytes, HEAD, HEAD + length));
    }

    /** What the signature is made over: all of the envelope but its last 64 bytes. */
    private static byte[] signed(byte[] key, byte[] bytes) {
        int length = bytes.length - Signatures.LENGTH;
        return ByteBuffer.allocate(CONTEXT.length + key.length + length)
                .put(CONTEXT)
                .put(key)
                .put(bytes, 0, length)
                .array();
    }

    private static void require(boolean condition, TomP2PEvent otherwise) throws EnvelopeRejectedException {
        if (!condition) {
            throw new EnvelopeRejectedException(otherwise);
        }
    }

    /** Newer is larger: by sequence; of one sequence, what removes; of one value, what lives longer. */
    @Override
    public int compareTo(Envelope other) {
        int order = Long.compare(sequence, other.sequence);
        if (order == 0) {
            order = Boolean.compare(removed, other.removed);
        }
        // Two values of one number are a writer's mistake; all readers then settle for the same one.
        if (order == 0) {
            order = Arrays.compare(value, other.value);
        }
        return order == 0 ? Long.compare(expiry, other.expiry) : order;
    }

    /** Whether a node that holds {@code held} takes this one: a newer one, or the same value for longer. */
    boolean replaces(Envelope held) {
        if (sequence != held.sequence) {
            return sequence > held.sequence;
        }
        if (removed != held.removed) {
            return removed;
        }
        return Arrays.equals(value, held.value) && expiry > held.expiry;
    }

    /** Whether both say the same, perhaps for another time. */
    boolean saysTheSame(Envelope other) {
        return sequence == other.sequence && removed == other.removed && Arrays.equals(value, other.value);
    }
}
