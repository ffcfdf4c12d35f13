package dev.culvert.ice.frame;

import java.nio.ByteBuffer;

/** Takes a peer's frames on the endpoint's I/O thread. Must not block: every peer waits meanwhile. */
@FunctionalInterface
public interface FrameHandler {
    /**
     * Called for each whole frame, in the order they became whole, which need not be that in which they were sent. What
     * it throws is counted by the context and ends nothing.
     *
     * @param frame all its bytes, in an array of its own that is the handler's to keep
     */
    void onFrame(ByteBuffer frame);
}
