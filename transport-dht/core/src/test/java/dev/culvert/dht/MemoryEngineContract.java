package dev.culvert.dht;

import dev.culvert.dht.contract.DhtContract;
import dev.culvert.dht.contract.DyingNodesContract;
import dev.culvert.dht.contract.HostileDhtContract;
import dev.culvert.dht.contract.KillableNetwork;
import dev.culvert.dht.memory.MemoryNetwork;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The contracts on nodes in memory. The second one sees what strangers planted, which the network itself would not take. */
abstract class MemoryEngineContract extends DhtContract implements DyingNodesContract, HostileDhtContract {
    private PlantingDht planting;
    private Dht first;
    private Dht second;
    private Supplier<Dht> another;

    /** A node of the network. */
    abstract Dht node(MemoryNetwork network);

    /** The engine that is tested, made of a node. */
    Dht engine(Dht node) {
        return node;
    }

    private Supplier<Dht> engines() {
        MemoryNetwork network = new MemoryNetwork();
        return () -> engine(node(network));
    }

    @BeforeEach
    void open() {
        MemoryNetwork network = new MemoryNetwork();
        another = () -> engine(node(network));
        planting = new PlantingDht(node(network));
        first = another.get();
        second = engine(planting);
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    @Override
    public Dht first() {
        return first;
    }

    @Override
    public Dht second() {
        return second;
    }

    @Override
    protected Dht disposable() {
        return another.get();
    }

    @Override
    public void plant(Slot slot, List<byte[]> values) {
        values.forEach(value -> planting.plant(slot, value));
    }

    @Override
    public byte[] stored(WritableSlot slot, long sequence, byte[] value) {
        return value.clone();
    }

    /** The forgeries themselves are about as many as a reader opens of one slot. */
    @Override
    public int junk() {
        return 0;
    }

    @Override
    public boolean isEnoughAlone() {
        return true;
    }

    @Override
    public KillableNetwork killable(int nodes) {
        List<Dht> engines = Stream.generate(engines()).limit(nodes).toList();
        return new KillableNetwork() {
            @Override
            public Dht engine(int node) {
                return engines.get(node);
            }

            @Override
            public void kill(int node) {
                engines.get(node).close();
            }

            @Override
            public void close() {
                engines.forEach(Dht::close);
            }
        };
    }
}
