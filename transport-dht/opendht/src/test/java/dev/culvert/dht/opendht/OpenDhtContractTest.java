package dev.culvert.dht.opendht;

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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Two engines at proxies of different nodes of a real ring. */
class OpenDhtContractTest extends DhtContract implements DyingNodesContract, HostileDhtContract {
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
    public Dht first() {
        return first;
    }

    @Override
    public Dht second() {
        return second;
    }

    @Override
    protected Dht disposable() {
        return OpenDht.open(nodes.config(2));
    }

    @Override
    public void plant(Slot slot, List<byte[]> values) {
        nodes.plant(0, slot, values);
    }

    @Override
    public byte[] stored(WritableSlot slot, long sequence, byte[] value) {
        long inAMinute = Instant.now().getEpochSecond() + 60;
        return SignedValue.of(slot.slot(), sequence, inAMinute, value).sign(slot.writer());
    }

    /** A node takes 10 000 in 18 s; a stand-in for one sends us as many in {@link HostileValuesTest}. */
    @Override
    public int junk() {
        return 250;
    }

    @Override
    public KillableNetwork killable(int size) throws IOException {
        return new Ring(DhtNodes.start(size), Duration.ofSeconds(20));
    }

    @Override
    public KillableNetwork impatient(int size) throws IOException {
        return new Ring(DhtNodes.start(size), Duration.ofMillis(1_500));
    }

    private static final class Ring implements KillableNetwork {
        private final DhtNodes own;
        private final List<OpenDht> engines = new ArrayList<>();

        private Ring(DhtNodes own, Duration timeout) {
            this.own = own;
            for (int i = 0; i < own.size(); i++) {
                engines.add(OpenDht.open(OpenDhtConfig.builder(own.proxy(i))
                        .getTimeout(timeout)
                        .putTimeout(timeout)
                        .bootstrapTimeout(timeout)
                        .build()));
            }
        }

        @Override
        public Dht engine(int node) {
            return engines.get(node);
        }

        @Override
        public void kill(int node) throws IOException {
            own.kill(node);
        }

        @Override
        public void close() throws IOException {
            engines.forEach(OpenDht::close);
            own.close();
        }
    }
}
