package dev.culvert.ice.frame;

import dev.culvert.ice.SendStatus;
import java.nio.ByteBuffer;

/**
 * Where fragments go, such as {@code context::send}. It decides the pace: a frame's fragments are handed over one after
 * the other as fast as it takes them, and a burst of many is more than the buffers on most paths hold. An output may
 * wait between two datagrams, on the thread that sends the frame: {@link PacedOutput} does.
 */
@FunctionalInterface
public interface FrameOutput {
    /**
     * Sends one datagram.
     *
     * @param datagram its remaining bytes; valid only during the call
     * @return anything but {@link SendStatus#SENT} gives the rest of the frame up
     */
    SendStatus send(ByteBuffer datagram);
}
