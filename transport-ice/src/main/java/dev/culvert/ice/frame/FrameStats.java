package dev.culvert.ice.frame;

import java.util.Map;

/**
 * The numbers of one peer's frames at one moment. Every frame of which a fragment was kept ends as delivered, or in one
 * of the drops EXPIRED, NO_MEMORY_PEER, NO_MEMORY_GLOBAL, TOO_MANY_FRAGMENTS and CLEARED.
 *
 * @param sentFrames frames sent whole
 * @param deliveredFrames frames put together
 * @param deliveredBytes their bytes
 * @param partialFrames incomplete frames now
 * @param outstandingFragments fragments of incomplete frames now
 * @param heldBytes memory of incomplete frames now
 * @param drops what was dropped, by cause
 */
public record FrameStats(
        long sentFrames,
        long deliveredFrames,
        long deliveredBytes,
        int partialFrames,
        int outstandingFragments,
        int heldBytes,
        Map<FrameDrop, Long> drops) {
    /** How often a cause occurred. */
    public long drops(FrameDrop cause) {
        return drops.getOrDefault(cause, 0L);
    }
}
