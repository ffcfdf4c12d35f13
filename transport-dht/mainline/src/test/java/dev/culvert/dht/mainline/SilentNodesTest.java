package dev.culvert.dht.mainline;

import static dev.culvert.dht.mainline.Items.done;
import static dev.culvert.dht.mainline.Items.within;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.WritableSlot;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SilentNodesTest {
    @Tag("real-time")
    @Test
    void shouldServeAndTakeValuesAfterTwoOfEightNodesDied() throws Exception {
        try (LoopbackSwarm swarm = LoopbackSwarm.start(8)) {
            WritableSlot before = Items.slot();
            byte[] old = Items.bytes(400);
            done(swarm.node(0).put(before, 1, old, Items.TTL));
            swarm.node(6).close();
            swarm.node(7).close();

            // A get does not wait for the silent nodes; a put does, 15 s for each round of them.
            assertArrayEquals(old, done(swarm.node(1).get(before.slot())).get(0));
            WritableSlot after = Items.slot();
            byte[] fresh = Items.bytes(400);
            int nodes = within(50, swarm.node(2).put(after, 1, fresh, Items.TTL));
            assertTrue(nodes >= 4, "stored on " + nodes);
            assertArrayEquals(fresh, done(swarm.node(3).get(after.slot())).get(0));
        }
    }
}
