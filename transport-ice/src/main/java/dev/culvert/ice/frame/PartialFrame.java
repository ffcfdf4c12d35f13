package dev.culvert.ice.frame;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A frame that still misses fragments. Full fragments are kept as they come, each behind its index, in blocks that
 * double with the frame up to a bound; the last fragment, which may be short, is kept by itself. So memory follows what
 * was received. Not thread-safe: its assembler's lock guards it, and its table uses the links.
 */
final class PartialFrame {
    /** More than this object, its lists and its place in the table take; charged once. */
    static final int FIXED_COST = 256;

    /** The header and reference of an array; charged for each block. */
    static final int ARRAY_COST = 24;

    private static final int BLOCK_BYTES = 16 << 10;
    private static final int INDEX_BYTES = 2;

    final int id;
    final long began;

    @Nullable
    PartialFrame chain; // the next of the same bucket

    @Nullable
    PartialFrame older;

    @Nullable
    PartialFrame younger;

    /** Bytes of the budgets that this frame has. */
    int charged;

    private final int frameBytes;
    private final int fragmentBytes;
    private final int count;

    /** Made with the first fragment, when its cost is charged. */
    private long @Nullable [] present;

    private final List<byte[]> blocks = new ArrayList<>(4);
    private byte @Nullable [] last;
    private int room; // fragments that fit into the youngest block
    private int stored; // fragments in blocks
    private int received;

    /** The frame that a header belongs to, still without fragments. */
    PartialFrame(FragmentHeader header, long now) {
        id = header.frameId;
        began = now;
        frameBytes = header.frameBytes;
        fragmentBytes = header.fragmentBytes;
        count = header.count;
    }

    boolean matches(FragmentHeader header) {
        return header.frameBytes == frameBytes && header.fragmentBytes == fragmentBytes;
    }

    boolean has(int index) {
        return present != null && (present[index >>> 6] & (1L << index)) != 0;
    }

    /** Fragments received. */
    int received() {
        return received;
    }

    /** Whether one more fragment makes it whole. */
    boolean missesOne() {
        return received == count - 1;
    }

    /** Bytes that {@link #add} would allocate for this fragment; to be charged before it is called. */
    int costOf(int index, int length) {
        int cost = present == null ? FIXED_COST + ARRAY_COST + bitmapWords() * Long.BYTES : 0;
        if (isLast(index)) {
            return cost + ARRAY_COST + length;
        }
        return room > 0 ? cost : cost + ARRAY_COST + nextBlockFragments() * slotBytes();
    }

    /** Keeps a fragment that is not {@linkplain #has there} yet. */
    void add(int index, ByteBuffer payload) {
        long[] bits = present == null ? new long[bitmapWords()] : present;
        if (isLast(index)) {
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            last = bytes;
        } else {
            store(index, payload);
        }
        present = bits;
        bits[index >>> 6] |= 1L << index;
        received++;
    }

    private void store(int index, ByteBuffer payload) {
        if (room == 0) {
            int fragments = nextBlockFragments();
            blocks.add(new byte[fragments * slotBytes()]);
            room = fragments;
        }
        byte[] block = blocks.get(blocks.size() - 1);
        int at = block.length - room * slotBytes();
        block[at] = (byte) (index >>> 8);
        block[at + 1] = (byte) index;
        payload.get(block, at + INDEX_BYTES, fragmentBytes);
        room--;
        stored++;
    }

    /** As many as there are already, so that at most half is empty. */
    private int nextBlockFragments() {
        int most = Math.max(1, BLOCK_BYTES / slotBytes());
        int wanted = Math.min(Math.max(1, stored), most);
        return Math.min(wanted, count - 1 - stored);
    }

    /**
     * Puts the frame together with the one fragment that was missing, which needs no place of its own.
     *
     * @return all bytes of the frame; the caller's from now on
     */
    byte[] complete(int index, ByteBuffer payload) {
        byte[] whole = new byte[frameBytes];
        payload.get(whole, index * fragmentBytes, payload.remaining());
        int copied = 0;
        for (byte[] block : blocks) {
            for (int at = 0; at < block.length && copied < stored; at += slotBytes()) {
                int place = Byte.toUnsignedInt(block[at]) << 8 | Byte.toUnsignedInt(block[at + 1]);
                System.arraycopy(block, at + INDEX_BYTES, whole, place * fragmentBytes, fragmentBytes);
                copied++;
            }
        }
        if (last != null) {
            System.arraycopy(last, 0, whole, (count - 1) * fragmentBytes, last.length);
        }
        return whole;
    }

    private boolean isLast(int index) {
        return index == count - 1;
    }

    private int slotBytes() {
        return INDEX_BYTES + fragmentBytes;
    }

    private int bitmapWords() {
        return (count + 63) >>> 6;
    }
}
