package dev.culvert.dht;

import dev.culvert.dht.contract.DhtContract;
import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import org.junit.jupiter.api.AfterEach;

/** In parts or not, an engine keeps the contract: the largest value here has some 265 parts. */
class SplittingDhtContractTest extends DhtContract {
    private final MemoryNetwork network = new MemoryNetwork();
    private final Dht first = SplittingDht.over(MemoryDht.joinLikeMainline(network));
    private final Dht second = SplittingDht.over(MemoryDht.joinLikeMainline(network));

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
        return SplittingDht.over(MemoryDht.joinLikeMainline(network));
    }
}
