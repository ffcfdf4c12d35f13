package dev.culvert.dht.contract;

import static org.junit.jupiter.api.Assertions.fail;

import dev.culvert.dht.Dht;
import dev.culvert.dht.Eventually;
import dev.culvert.dht.Slot;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** What the contracts ask of an engine's test: nodes of one network, and how patient to be with it. */
public interface EngineUnderTest {
    /** How long the values of these tests live. */
    Duration TTL = Duration.ofMinutes(10);

    /** A node, the same one during a test. */
    Dht first();

    /** Another node of the same network, the same one during a test. */
    Dht second();

    /** How long the network may take for anything. */
    default Duration patience() {
        return Duration.ofSeconds(20);
    }

    /** Looks until the value is the newest one found, or patience ends. */
    default void assertFinds(Dht dht, Slot slot, byte[] value) {
        long end = System.nanoTime() + patience().toNanos();
        List<byte[]> found;
        do {
            found = Eventually.get(patience(), dht.get(slot));
            if (!found.isEmpty() && Arrays.equals(value, found.get(0))) {
                return;
            }
        } while (System.nanoTime() < end);
        fail("The value was not found in " + patience() + "; last answer: " + found.size() + " values");
    }
}
