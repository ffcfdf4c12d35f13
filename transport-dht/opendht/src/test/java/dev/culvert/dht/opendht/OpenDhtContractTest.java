package dev.culvert.dht.opendht;

import dev.culvert.dht.Dht;
import dev.culvert.dht.contract.DhtContract;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Two engines at proxies of different nodes of a real ring. */
class OpenDhtContractTest extends DhtContract {
    private static DhtNodes nodes;
    private static OpenDht first;
    private static OpenDht second;

    @BeforeAll
    static void open() throws IOException {
        nodes = DhtNodes.shared();
        first = OpenDht.open(nodes.config(1));
        second = OpenDht.open(nodes.config(3));
    }

    @AfterAll
    static void close() {
        if (first != null) {
            first.close();
            second.close();
        }
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
        return OpenDht.open(nodes.config(2));
    }
}
