package dev.culvert.ice;

import dev.culvert.transport.ConnectionState;
import java.time.Duration;
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
 * @param roundTrip smoothed time to the peer and back over the selected pair (RFC 6298), from the checks of
 *     connectivity and consent, so a new sample about every 5 s; null before the first
 * @param consentAge how long ago the peer last answered a check; null before CONNECTED
 */
public record IceStats(
        ConnectionState state,
        @Nullable SelectedPair selectedPair,
        long sentPackets,
        long sentBytes,
        long receivedPackets,
        long receivedBytes,
        Map<DropCause, Long> drops,
        @Nullable Duration roundTrip,
        @Nullable Duration consentAge) {
    /** How often a cause occurred. */
    public long drops(DropCause cause) {
        return drops.getOrDefault(cause, 0L);
    }
}
