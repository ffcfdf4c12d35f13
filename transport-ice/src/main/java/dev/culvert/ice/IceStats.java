package dev.culvert.ice;

import dev.culvert.transport.ConnectionState;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A context's numbers at one moment.
 *
 * @param state its state
 * @param selectedPair the pair in use, null before CONNECTED
 * @param sentPackets datagrams the kernel took
 * @param sentBytes their payload bytes
 * @param receivedPackets datagrams from the peer, before any drop of ours
 * @param receivedBytes their payload bytes
 * @param drops what was dropped, by cause
 */
public record IceStats(
        ConnectionState state,
        @Nullable SelectedPair selectedPair,
        long sentPackets,
        long sentBytes,
        long receivedPackets,
        long receivedBytes,
        Map<DropCause, Long> drops) {
    /** How often a cause occurred. */
    public long drops(DropCause cause) {
        return drops.getOrDefault(cause, 0L);
    }
}
