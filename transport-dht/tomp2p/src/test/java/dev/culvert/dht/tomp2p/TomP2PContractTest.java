package dev.culvert.dht.tomp2p;

import dev.culvert.dht.Dht;
import dev.culvert.dht.contract.DhtContract;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

class TomP2PContractTest extends DhtContract {
    private static Ring ring;

    private final List<Ring> disposable = new ArrayList<>();

    @BeforeAll
    static void startRing() {
        ring = Ring.start(8);
    }

    @AfterAll
    static void closeRing() {
        ring.close();
    }

    @AfterEach
    void closeDisposable() {
        disposable.forEach(Ring::close);
    }

    @Override
    protected Dht first() {
        return ring.node(2);
    }

    @Override
    protected Dht second() {
        return ring.node(5);
    }

    /** Of a ring of its own: a node that leaves makes the puts of the others wait for it. */
    @Override
    protected Dht disposable() {
        Ring own = Ring.start(3);
        disposable.add(own);
        return own.node(0);
    }
}
