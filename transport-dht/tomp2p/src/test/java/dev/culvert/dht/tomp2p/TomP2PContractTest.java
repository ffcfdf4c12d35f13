package dev.culvert.dht.tomp2p;

import dev.culvert.dht.Dht;
import dev.culvert.dht.SignedValue;
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
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

class TomP2PContractTest extends DhtContract implements DyingNodesContract, HostileDhtContract {
    private static Ring ring;

    private Stranger stranger;
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
        if (stranger != null) {
            stranger.close();
        }
        disposable.forEach(Ring::close);
    }

    @Override
    public Dht first() {
        return ring.node(2);
    }

    @Override
    public Dht second() {
        return ring.node(5);
    }

    /** Of a ring of its own: a node that leaves makes the puts of the others wait for it. */
    @Override
    protected Dht disposable() {
        Ring own = Ring.start(3);
        disposable.add(own);
        return own.node(0);
    }

    @Override
    public void plant(Slot slot, List<byte[]> values) throws IOException {
        if (stranger == null) {
            stranger = Stranger.join(ring);
        }
        values.forEach(value -> stranger.plant(Place.of(slot), value));
    }

    @Override
    public byte[] stored(WritableSlot slot, long sequence, byte[] value) {
        long inAMinute = System.currentTimeMillis() / 1000 + 60;
        return SignedValue.of(slot.slot(), sequence, inAMinute, value).sign(slot.writer());
    }

    /** One value has room in a place, so the last one stays. */
    @Override
    public int junk() {
        return 20;
    }

    @Override
    public KillableNetwork killable(int nodes) {
        Ring own = Ring.start(nodes);
        return network(own::node, own);
    }

    @Override
    public KillableNetwork impatient(int nodes) {
        if (nodes > 1) {
            return killable(nodes);
        }
        TomP2PDht lone = TomP2PDht.open(
                Ring.config(List.of()).bootstrapTimeout(Duration.ofSeconds(1)).build());
        return network(node -> lone, lone);
    }

    private static KillableNetwork network(IntFunction<TomP2PDht> nodes, AutoCloseable all) {
        return new KillableNetwork() {
            @Override
            public Dht engine(int node) {
                return nodes.apply(node);
            }

            @Override
            public void kill(int node) {
                nodes.apply(node).close();
            }

            @Override
            public void close() throws Exception {
                all.close();
            }
        };
    }
}
