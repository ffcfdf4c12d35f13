package dev.culvert.bench;

import dev.culvert.dht.Dht;
import dev.culvert.dht.mainline.LoopbackSwarm;
import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.dht.opendht.OpenDht;
import dev.culvert.dht.opendht.OpenDhtConfig;
import dev.culvert.transport.EngineUnavailableException;
import java.io.IOException;

/** Two nodes of a DHT that nobody else uses: one publishes, the other looks up. Open until {@link #close}. */
final class TestedDht implements AutoCloseable {
    private static final int SWARM = 20;
    private static final int RING = 4;

    private final Dht near;
    private final Dht far;
    private final Ending ending;

    /** Ends the network below the two. */
    private interface Ending {
        void end() throws IOException;
    }

    private TestedDht(Dht near, Dht far, Ending ending) {
        this.near = near;
        this.far = far;
        this.ending = ending;
    }

    /** One table for both. */
    static TestedDht memory() {
        MemoryNetwork network = new MemoryNetwork();
        return new TestedDht(MemoryDht.join(network), MemoryDht.join(network), () -> {});
    }

    /** Two of a swarm on loopback. */
    static TestedDht mainline() throws SkippedException {
        try {
            LoopbackSwarm swarm = LoopbackSwarm.start(SWARM);
            return new TestedDht(swarm.node(2), swarm.node(11), swarm::close);
        } catch (EngineUnavailableException e) {
            throw new SkippedException("libtorrent does not run here: " + e.getMessage());
        }
    }

    /** Proxies of two nodes of a ring. */
    static TestedDht opendht() throws SkippedException, IOException {
        DhtnodeRing ring = DhtnodeRing.start(RING);
        try {
            return new TestedDht(open(ring, 1), open(ring, 3), ring::close);
        } catch (RuntimeException e) {
            ring.close();
            throw e;
        }
    }

    private static Dht open(DhtnodeRing ring, int node) {
        Dht dht = OpenDht.open(OpenDhtConfig.builder(ring.proxy(node)).build());
        try {
            dht.bootstrap().join(); // waits until its node knows another
            return dht;
        } catch (RuntimeException e) {
            dht.close();
            throw e;
        }
    }

    Dht near() {
        return near;
    }

    Dht far() {
        return far;
    }

    @Override
    public void close() throws IOException {
        near.close();
        far.close();
        ending.end();
    }
}
