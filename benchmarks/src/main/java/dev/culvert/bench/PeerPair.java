package dev.culvert.bench;

import java.nio.charset.StandardCharsets;

/** Two sides on one machine that can be connected over and over. */
interface PeerPair extends AutoCloseable {
    /** A message of the cycle. */
    byte[] MESSAGE = "culvert benchmark".getBytes(StandardCharsets.US_ASCII);

    /**
     * What one life took.
     *
     * @param connectMillis from both descriptions being known to both sides being connected
     * @param cycleMillis from nothing to everything given back
     */
    record Cycle(double connectMillis, double cycleMillis) {}

    /** Makes both sides, connects them, sends a message each way, and ends them. */
    Cycle cycle() throws Exception;

    /** Makes both sides, connects them, and brings the first datagram over; leaves all as it is. */
    void first() throws Exception;

    @Override
    void close();
}
