package dev.culvert.dht.mainline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.Dht;
import dev.culvert.dht.Slot;
import dev.culvert.dht.SplittingDht;
import dev.culvert.dht.WritableSlot;
import dev.culvert.identity.SigningKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A message of 64 KiB goes through Mainline, whose values have 996 bytes. */
class LargeValuesTest {
    private static final int LENGTH = 64 << 10;

    @Test
    void shouldCarryManyTimesWhatOneItemHolds() throws Exception {
        SecureRandom random = new SecureRandom();
        byte[] key = new byte[Slot.KEY_LENGTH];
        byte[] value = new byte[LENGTH];
        random.nextBytes(key);
        random.nextBytes(value);
        WritableSlot slot = WritableSlot.of(key, SigningKey.generate(random));
        try (LoopbackSwarm swarm = LoopbackSwarm.start(8)) {
            Dht near = SplittingDht.over(swarm.node(2));
            Dht far = SplittingDht.over(swarm.node(5));

            int replicas = near.put(slot, 1, value, Duration.ofHours(1)).get(60, TimeUnit.SECONDS);
            List<byte[]> found = far.get(slot.slot()).get(60, TimeUnit.SECONDS);

            assertTrue(replicas >= 1);
            assertEquals(1, found.size());
            assertArrayEquals(value, found.get(0));
        }
    }
}
