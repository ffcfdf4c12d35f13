package dev.culvert.ice.frame;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The 14 bytes before each fragment; the format stands in the package's description. One object is used again and again,
 * by one thread at a time, so that a datagram costs no allocation. After {@link #read} has returned null, everything in
 * it fits together, and the lengths are within their bounds.
 */
final class FragmentHeader {
    static final int BYTES = 14;

    /** Least length of a fragment that is not the last: bounds the number of fragments, and what each costs us. */
    static final int LEAST_BYTES = 256;

    private static final int MAGIC = 0xCF;
    private static final int VERSION = 1;

    int index;
    int frameId;
    int frameBytes;
    int fragmentBytes;
    int count;

    /** Writes a header at the buffer's position, which advances. */
    static void write(ByteBuffer to, int index, int frameId, int frameBytes, int fragmentBytes) {
        to.put((byte) MAGIC)
                .put((byte) VERSION)
                .putShort((short) index)
                .putInt(frameId)
                .putInt(frameBytes)
                .putShort((short) fragmentBytes);
    }

    /**
     * Reads and checks a datagram's header.
     *
     * @param datagram big-endian; afterwards at the fragment's first byte if all is well, else anywhere
     * @param maxFrameBytes longest frame to accept
     * @return why the datagram is to be dropped; null if all is well
     */
    @Nullable
    FrameDrop read(ByteBuffer datagram, int maxFrameBytes) {
        if (datagram.remaining() <= BYTES
                || Byte.toUnsignedInt(datagram.get()) != MAGIC
                || Byte.toUnsignedInt(datagram.get()) != VERSION) {
            return FrameDrop.MALFORMED;
        }
        index = Short.toUnsignedInt(datagram.getShort());
        frameId = datagram.getInt();
        long claimed = Integer.toUnsignedLong(datagram.getInt());
        fragmentBytes = Short.toUnsignedInt(datagram.getShort());
        if (claimed > maxFrameBytes) {
            return FrameDrop.TOO_LARGE;
        }
        frameBytes = (int) claimed;
        if (frameBytes == 0 || (fragmentBytes < LEAST_BYTES && fragmentBytes < frameBytes)) {
            return FrameDrop.MALFORMED;
        }
        count = countOf(frameBytes, fragmentBytes);
        if (index >= count || datagram.remaining() != lengthAt(index)) {
            return FrameDrop.MALFORMED;
        }
        return null;
    }

    /** How many fragments a frame has. */
    static int countOf(int frameBytes, int fragmentBytes) {
        return (frameBytes + fragmentBytes - 1) / fragmentBytes;
    }

    private int lengthAt(int position) {
        return position < count - 1 ? fragmentBytes : frameBytes - (count - 1) * fragmentBytes;
    }
}
