package dev.culvert.dht;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;

/** In parts or not, an engine keeps the contract: the largest value here has some 265 parts. */
class SplittingDhtContractTest extends MemoryEngineContract {
    @Override
    Dht node(MemoryNetwork network) {
        return MemoryDht.joinLikeMainline(network);
    }

    @Override
    Dht engine(Dht node) {
        return SplittingDht.over(node);
    }
}
