package dev.culvert.dht.mainline;

import dev.culvert.dht.Dht;
import dev.culvert.dht.contract.DhtContract;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

class MainlineContractTest extends DhtContract {
    private static LoopbackSwarm swarm;

    private final List<LoopbackSwarm> disposable = new ArrayList<>();

    @BeforeAll
    static void startSwarm() {
        swarm = LoopbackSwarm.start(8);
    }

    @AfterAll
    static void closeSwarm() {
        swarm.close();
    }

    @AfterEach
    void closeDisposable() {
        disposable.forEach(LoopbackSwarm::close);
    }

    @Override
    protected Dht first() {
        return swarm.node(2);
    }

    @Override
    protected Dht second() {
        return swarm.node(5);
    }

    /** Of a swarm of its own: a node that leaves makes the puts of the others wait for it. */
    @Override
    protected Dht disposable() {
        LoopbackSwarm own = LoopbackSwarm.start(3);
        disposable.add(own);
        return own.node(0);
    }

    @Override
    protected boolean numbersOwnSequences() {
        return true;
    }

    /** Its nodes keep an item for two hours, and do not ask for how long. */
    @Override
    protected boolean expires() {
        return false;
    }
}
