package dev.culvert.dht.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.culvert.dht.Dht;
import dev.culvert.dht.contract.DhtContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryDhtLikeMainlineTest extends DhtContract {
    private final MemoryNetwork network = new MemoryNetwork();
    private final MemoryDht first = MemoryDht.joinLikeMainline(network);
    private final MemoryDht second = MemoryDht.joinLikeMainline(network);

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    @Override
    protected Dht first() {
        return first;
    }

    @Override
    protected Dht second() {
        return second;
    }

    @Override
    protected Dht disposable() {
        return MemoryDht.joinLikeMainline(network);
    }

    @Test
    void shouldHaveTheLimitOfMainline() {
        assertEquals(996, first.capabilities().maxValueBytes());
    }
}
