package dev.culvert.ice.frame;

import dev.culvert.ice.SendStatus;
import dev.culvert.transport.MessageTooLargeException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * Cuts frames into datagrams, through one buffer of a datagram's length: a frame is never copied as a whole. For one
 * thread at a time; the counts may be read by any. Holds nothing that must be closed.
 */
public final class FrameFragmenter {
    private final int maxFrameBytes;
    private final int fragmentBytes;
    private final ByteBuffer datagram;
    private final LongAdder sentFrames = new LongAdder();
    private final LongAdder refusedFrames = new LongAdder();
    private int nextId;

    /** A fragmenter whose ids start anywhere, so that a peer that starts again is not taken for its former self. */
    public FrameFragmenter(FrameConfig config) {
        this(config, new SecureRandom().nextInt());
    }

    FrameFragmenter(FrameConfig config, int firstId) {
        maxFrameBytes = config.maxFrameBytes();
        fragmentBytes = config.fragmentBytes();
        datagram = ByteBuffer.allocate(config.datagramBytes());
        nextId = firstId;
    }

    /**
     * Sends a frame, all fragments in one go. If one is refused, the rest is not sent: the frame is lost, and counted.
     *
     * @param frame its remaining bytes; consumed when the result is {@link SendStatus#SENT}, else as they were. An empty
     *     frame is not sent: {@link SendStatus#EMPTY}
     * @param output takes each datagram; must not send frames through this fragmenter itself
     * @throws MessageTooLargeException if there are more than {@link FrameConfig#maxFrameBytes()}
     */
    public FrameSendResult send(ByteBuffer frame, FrameOutput output) {
        int length = frame.remaining();
        if (length > maxFrameBytes) {
            throw new MessageTooLargeException(length, maxFrameBytes, "one frame");
        }
        if (length == 0) {
            return new FrameSendResult(SendStatus.EMPTY, 0, 0);
        }
        int id = nextId++; // used up even if the output throws: fragments of it may be on their way
        int count = FragmentHeader.countOf(length, fragmentBytes);
        ByteBuffer rest = frame.duplicate();
        for (int index = 0; index < count; index++) {
            fill(rest, index, id, length);
            SendStatus status = output.send(datagram);
            if (status != SendStatus.SENT) {
                refusedFrames.increment();
                return new FrameSendResult(status, count, index);
            }
        }
        frame.position(frame.limit());
        sentFrames.increment();
        return new FrameSendResult(SendStatus.SENT, count, count);
    }

    private void fill(ByteBuffer rest, int index, int id, int frameBytes) {
        datagram.clear();
        FragmentHeader.write(datagram, index, id, frameBytes, fragmentBytes);
        int end = rest.limit();
        rest.limit(Math.min(end, rest.position() + fragmentBytes));
        datagram.put(rest);
        rest.limit(end);
        datagram.flip();
    }

    /** Frames sent whole. */
    public long sentFrames() {
        return sentFrames.sum();
    }

    /** Frames of which not all was taken; lost. */
    public long refusedFrames() {
        return refusedFrames.sum();
    }
}
