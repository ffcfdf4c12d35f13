package dev.culvert.dht.mainline;

import dev.culvert.dht.Dht;
import dev.culvert.dht.Eventually;
import dev.culvert.dht.Slot;
import dev.culvert.dht.WritableSlot;
import dev.culvert.dht.contract.DhtContract;
import dev.culvert.dht.contract.DyingNodesContract;
import dev.culvert.dht.contract.HostileDhtContract;
import dev.culvert.dht.contract.KillableNetwork;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

class MainlineContractTest extends DhtContract implements DyingNodesContract, HostileDhtContract {
    private static final int NODES = 20;

    private static LoopbackSwarm swarm;

    private final List<LoopbackSwarm> disposable = new ArrayList<>();

    @BeforeAll
    static void startSwarm() {
        swarm = LoopbackSwarm.start(NODES);
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
    public Dht first() {
        return swarm.node(2);
    }

    @Override
    public Dht second() {
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

    @Override
    public void plant(Slot slot, List<byte[]> values) throws IOException {
        try (RawNode stranger = new RawNode()) {
            for (int i = 0; i < swarm.size(); i += 3) {
                for (byte[] value : values) {
                    stranger.plant(swarm.node(i).localAddress(), slot, value);
                }
            }
        }
    }

    /** The network counts values itself, from 1. */
    @Override
    public byte[] stored(WritableSlot slot, long sequence, byte[] value) {
        return RawNode.item(slot, sequence == Long.MAX_VALUE ? sequence : 1, value);
    }

    /** Its nodes refuse what is not signed. */
    @Override
    public int junk() {
        return 10;
    }

    /** 15 s for each round of silent nodes. */
    @Override
    public Duration putAmongTheDead() {
        return Duration.ofSeconds(60);
    }

    @Override
    public KillableNetwork killable(int nodes) {
        return new Swarm(LoopbackSwarm.start(nodes), null);
    }

    @Override
    public KillableNetwork impatient(int nodes) {
        LoopbackSwarm others = nodes == 1 ? null : LoopbackSwarm.start(nodes - 1);
        MainlineDht impatient = MainlineDht.open(
                MainlineConfig.closed("127.0.0.1:0", others == null ? List.of() : others.bootstrapAddresses())
                        .getTimeout(Duration.ofSeconds(2))
                        .putTimeout(Duration.ofSeconds(3))
                        .bootstrapTimeout(Duration.ofSeconds(2))
                        .build());
        if (others != null) {
            Eventually.get(impatient.bootstrap());
        }
        return new Swarm(others, impatient);
    }

    /** A swarm, and perhaps one before it that is node 0. */
    private record Swarm(
            @Nullable LoopbackSwarm swarm, @Nullable MainlineDht before) implements KillableNetwork {
        @Override
        public MainlineDht engine(int node) {
            return before == null ? swarm.node(node) : node == 0 ? before : swarm.node(node - 1);
        }

        @Override
        public void kill(int node) {
            engine(node).close();
        }

        @Override
        public void close() {
            if (before != null) {
                before.close();
            }
            if (swarm != null) {
                swarm.close();
            }
        }
    }
}
