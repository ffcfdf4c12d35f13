package dev.culvert.ice.frame;

import dev.culvert.ice.SendStatus;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Frames and their datagrams, for tests. */
final class Fragments {
    static final long MILLI = 1_000_000L;

    private Fragments() {}

    /** A frame of random bytes, the same for the same seed. */
    static byte[] frame(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** The datagrams that a fragmenter makes of a frame. */
    static List<ByteBuffer> cut(FrameFragmenter fragmenter, byte[] frame) {
        List<ByteBuffer> datagrams = new ArrayList<>();
        fragmenter.send(ByteBuffer.wrap(frame), datagram -> {
            datagrams.add(copy(datagram));
            return SendStatus.SENT;
        });
        return datagrams;
    }

    /** A config whose full fragments carry so many bytes. */
    static FrameConfig.Builder withFragmentsOf(int bytes) {
        return FrameConfig.builder().datagramBytes(FragmentHeader.BYTES + bytes);
    }

    /** A datagram with any header, right or wrong, and so many bytes after it. */
    static ByteBuffer datagram(int index, int id, int frameBytes, int fragmentBytes, int payloadBytes) {
        ByteBuffer datagram = ByteBuffer.allocate(FragmentHeader.BYTES + payloadBytes);
        FragmentHeader.write(datagram, index, id, frameBytes, fragmentBytes);
        return datagram.rewind();
    }

    static ByteBuffer copy(ByteBuffer buffer) {
        return ByteBuffer.wrap(bytes(buffer));
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
