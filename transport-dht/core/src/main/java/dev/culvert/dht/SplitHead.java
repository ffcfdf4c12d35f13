package dev.culvert.dht;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.identity.Sha3;
import dev.culvert.identity.Signatures;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What stands in a slot for a value that is larger than the engine takes: how long it is, its first bytes, and so where the
 * rest lies, in slots whose keys come from this one's. Head and parts each carry a signature of the slot's writer, so that
 * whoever may put values under these keys, too, costs a check and nothing more.
 *
 * <p>Head: marker, version, sequence (8), total length (4), bytes of each part but the last (4), first bytes, signature.
 * Part: bytes, signature.
 */
final class SplitHead {
    /** The first byte of a head, and of no record; a value that begins with it by chance gets a head of its own. */
    static final byte MARKER = (byte) 0xC5;

    private static final byte VERSION = 1;
    private static final int FIELDS = 2 + Long.BYTES + 2 * Integer.BYTES;

    /** Bytes that are not the value's. */
    static final int OVERHEAD = FIELDS + Signatures.LENGTH;

    /** Less would only make more of them; it bounds how many a hostile head can name. */
    static final int LEAST_PART_BYTES = 256;

    /** Junk of the right length under a part's key that is looked at, 55 us each. */
    private static final int MAX_CANDIDATES = 16;

    private static final byte[] HEAD = "culvert split head".getBytes(US_ASCII);
    private static final byte[] PART = "culvert split part".getBytes(US_ASCII);

    private final Slot slot;
    private final long sequence;
    private final int total;
    private final int partBytes;
    private final byte[] first;

    private SplitHead(Slot slot, long sequence, int total, int partBytes, byte[] first) {
        this.slot = slot;
        this.sequence = sequence;
        this.total = total;
        this.partBytes = partBytes;
        this.first = first;
    }

    static boolean isHead(byte[] value) {
        return value.length > 0 && value[0] == MARKER;
    }

    /** @param limit bytes that the engine takes as one value */
    static SplitHead of(Slot slot, long sequence, byte[] value, int limit) {
        int inHead = Math.min(value.length, limit - OVERHEAD);
        return new SplitHead(slot, sequence, value.length, limit - Signatures.LENGTH, Arrays.copyOf(value, inHead));
    }

    /**
     * Reads what an engine found in a slot.
     *
     * @param most bytes that the whole value may have
     * @param limit bytes that a part may have
     * @return empty unless the slot's writer signed it
     */
    static Optional<SplitHead> read(Slot slot, byte[] value, int most, int limit) {
        if (value.length < OVERHEAD || value.length > limit || !isHead(value) || value[1] != VERSION) {
            return Optional.empty();
        }
        int signed = value.length - Signatures.LENGTH;
        ByteBuffer in = ByteBuffer.wrap(value, 2, signed - 2);
        long sequence = in.getLong();
        int total = in.getInt();
        int partBytes = in.getInt();
        byte[] first = new byte[in.remaining()];
        in.get(first);
        boolean possible = total >= first.length
                && total <= most
                && partBytes >= LEAST_PART_BYTES
                && partBytes <= limit - Signatures.LENGTH;
        if (!possible || !isSigned(slot, headText(slot, Arrays.copyOf(value, signed)), value)) {
            return Optional.empty();
        }
        return Optional.of(new SplitHead(slot, sequence, total, partBytes, first));
    }

    /** The value for the slot itself. */
    byte[] encode(WritableSlot writable) {
        byte[] unsigned = ByteBuffer.allocate(FIELDS + first.length)
                .put(MARKER)
                .put(VERSION)
                .putLong(sequence)
                .putInt(total)
                .putInt(partBytes)
                .put(first)
                .array();
        return concat(unsigned, writable.writer().sign(headText(slot, unsigned)));
    }

    /** Bytes of the whole value. */
    int total() {
        return total;
    }

    /** How many parts there are beside the head. */
    int parts() {
        return (total - first.length + partBytes - 1) / partBytes;
    }

    /** The slot's own key followed by what tells the part apart, hashed: nobody meets it by chance. */
    byte[] partKey(int index) {
        return Sha3.sha3_512(PART, slot.key(), place(index));
    }

    /** The value for a part's slot. */
    byte[] encodePart(WritableSlot writable, byte[] value, int index) {
        byte[] bytes = Arrays.copyOfRange(value, begin(index), begin(index) + length(index));
        return concat(bytes, writable.writer().sign(partText(index, bytes)));
    }

    /** The bytes of a part among what was found in its slot; empty if none of it is signed for this place. */
    Optional<byte[]> readPart(int index, List<byte[]> found) {
        int length = length(index);
        return found.stream()
                .filter(value -> value.length == length + Signatures.LENGTH)
                .limit(MAX_CANDIDATES)
                .filter(value -> isSigned(slot, partText(index, Arrays.copyOf(value, length)), value))
                .findFirst()
                .map(value -> Arrays.copyOf(value, length));
    }

    /** The whole value. */
    byte[] join(List<byte[]> parts) {
        ByteBuffer whole = ByteBuffer.allocate(total).put(first);
        parts.forEach(whole::put);
        return whole.array();
    }

    private int begin(int index) {
        return first.length + index * partBytes;
    }

    private int length(int index) {
        return Math.min(partBytes, total - begin(index));
    }

    /** Which part of which value: an old one never passes for one of a later value. */
    private byte[] place(int index) {
        return ByteBuffer.allocate(Long.BYTES + 3 * Integer.BYTES)
                .putLong(sequence)
                .putInt(total)
                .putInt(partBytes)
                .putInt(index)
                .array();
    }

    private static byte[] headText(Slot slot, byte[] unsigned) {
        return concat(HEAD, slot.key(), unsigned);
    }

    private byte[] partText(int index, byte[] bytes) {
        return concat(PART, slot.key(), place(index), bytes);
    }

    private static boolean isSigned(Slot slot, byte[] text, byte[] value) {
        byte[] signature = Arrays.copyOfRange(value, value.length - Signatures.LENGTH, value.length);
        return Signatures.verify(slot.writer(), text, signature);
    }

    private static byte[] concat(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(
                Arrays.stream(parts).mapToInt(part -> part.length).sum());
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }
}
