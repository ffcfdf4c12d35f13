package dev.culvert.natlab;

import dev.culvert.natlab.MatrixPlan.Access;
import dev.culvert.natlab.MatrixPlan.Pair;
import dev.culvert.transport.Tier;
import java.time.Duration;
import java.util.Map;

/**
 * What became of two loads, one each way, between a pair of NATs.
 *
 * @param access the servers that the peers were told of
 * @param tiers how many messages each of them carried, both ways, as the senders were told
 * @param connections how many there were, at the end that saw more of them
 * @param time from the order to send until the last result
 * @param connecting the part of it before the first message came
 * @param gap the longest time without a message after that, at either end
 * @param bytes of all messages that came, both ways
 * @param problem what was not as it must be; empty if nothing
 */
record Delivery(
        Pair pair,
        Access access,
        Map<Tier, Integer> tiers,
        int connections,
        Duration time,
        Duration connecting,
        Duration gap,
        long bytes,
        String problem) {
    boolean succeeded() {
        return problem.isEmpty();
    }

    /** Millions of bytes in a second, both ways together, while there was a connection or another was being made. */
    double megabytesPerSecond() {
        return bytes / 1e6 / Math.max(1e-3, time.minus(connecting).toNanos() / 1e9);
    }
}
