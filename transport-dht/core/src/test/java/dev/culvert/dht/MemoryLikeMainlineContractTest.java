package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import org.junit.jupiter.api.Test;

class MemoryLikeMainlineContractTest extends MemoryEngineContract {
    @Override
    Dht node(MemoryNetwork network) {
        return MemoryDht.joinLikeMainline(network);
    }

    @Test
    void shouldHaveTheLimitOfMainline() {
        assertEquals(996, first().capabilities().maxValueBytes());
    }
}
