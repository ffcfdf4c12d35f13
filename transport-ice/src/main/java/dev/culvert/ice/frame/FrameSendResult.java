package dev.culvert.ice.frame;

import dev.culvert.ice.SendStatus;

/**
 * What became of a frame given to {@link FrameFragmenter#send}.
 *
 * @param status {@link SendStatus#SENT} if every fragment was taken; else why the first that was not. The frame is then
 *     lost as a whole, and what the peer has of it expires there
 * @param fragments how many the frame has
 * @param sent how many were taken
 */
public record FrameSendResult(SendStatus status, int fragments, int sent) {
    /** Whether all of it was taken. Delivery is not promised: this is UDP. */
    public boolean isSent() {
        return status == SendStatus.SENT;
    }
}
