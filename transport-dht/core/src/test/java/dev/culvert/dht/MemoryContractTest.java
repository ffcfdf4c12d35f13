package dev.culvert.dht;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;

class MemoryContractTest extends MemoryEngineContract {
    @Override
    Dht node(MemoryNetwork network) {
        return MemoryDht.join(network);
    }
}
