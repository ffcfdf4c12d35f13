package dev.culvert.dht.memory;

import dev.culvert.dht.Dht;
import dev.culvert.dht.contract.DhtContract;
import org.junit.jupiter.api.AfterEach;

class MemoryDhtTest extends DhtContract {
    private final MemoryNetwork network = new MemoryNetwork();
    private final MemoryDht first = MemoryDht.join(network);
    private final MemoryDht second = MemoryDht.join(network);

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
        return MemoryDht.join(network);
    }
}
