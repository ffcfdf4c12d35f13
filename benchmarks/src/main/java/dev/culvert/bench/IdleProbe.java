package dev.culvert.bench;

import com.google.gson.JsonObject;
import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.identity.Identity;
import dev.culvert.peer.PeerTransport;
import dev.culvert.peer.SignalBoard;
import dev.culvert.transport.PeerId;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * In a JVM of its own: one transport connected to many others of the same JVM, and what that holds while nothing is sent.
 * All transports are open before and after; so what a connection adds is its two ends, and each figure of memory is half of
 * that. A transport starts threads of its own for its first connection; so threads and descriptors are counted for a second
 * connection of each.
 */
final class IdleProbe {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Loads and compiles what connecting needs; few, so that what these leave in pools is little. */
    private static final int WARM_UP = 5;

    private final MemoryNetwork network = new MemoryNetwork();
    private final SignalBoard board = new SignalBoard();
    private final Path directory;
    private final Duration settling;
    private final List<PeerTransport> opened = new ArrayList<>();

    private IdleProbe(Path directory, Duration settling) {
        this.directory = directory;
        this.settling = settling;
    }

    /** Arguments: directory to fill, connections, milliseconds until what only connecting needs is gone. */
    public static void main(String[] arguments) {
        ChildJvm.endWithParent();
        ChildJvm.report(() -> {
            IdleProbe probe = new IdleProbe(Path.of(arguments[0]), Duration.ofMillis(Long.parseLong(arguments[2])));
            try {
                return probe.measure(Integer.parseInt(arguments[1]));
            } finally {
                probe.opened.forEach(PeerTransport::close);
            }
        });
    }

    private PeerTransport open(String name) {
        Identity self = Identity.generate();
        PeerTransport transport = PeerTransport.builder(self)
                .dht(MemoryDht.join(network))
                .rendezvous(board.of(self.peerId()))
                .directory(directory.resolve(name))
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .open();
        opened.add(transport);
        return transport;
    }

    private JsonObject measure(int connections) throws Exception {
        PeerTransport hub = open("hub");
        List<PeerId> peers = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            PeerTransport peer = open("peer" + i);
            peer.addContact(hub.localPeer()).join();
            hub.addContact(peer.localPeer()).join();
            peers.add(peer.localPeer());
        }
        for (int i = 0; i < Math.min(WARM_UP, connections); i++) {
            hub.connect(peers.get(i), PATIENCE);
            hub.disconnect(peers.get(i)).join();
        }
        Footprint base = settled();
        connectAll(hub, peers);
        Footprint held = settled();
        for (PeerId peer : peers) {
            hub.disconnect(peer).join();
        }
        Footprint between = settled();
        connectAll(hub, peers);
        Footprint again = settled();
        JsonObject report = new JsonObject();
        report.addProperty("connected", hub.connections().join().size());
        report.addProperty("heapEach", (held.heap() - base.heap()) / 2.0 / connections);
        report.addProperty("rssEach", (held.rss() - base.rss()) / 2.0 / connections);
        report.addProperty("descriptors", again.descriptors() - between.descriptors());
        report.addProperty("threads", again.threads() - between.threads());
        return report;
    }

    private static void connectAll(PeerTransport hub, List<PeerId> peers) throws Exception {
        for (PeerId peer : peers) {
            hub.connect(peer, PATIENCE);
        }
    }

    private Footprint settled() {
        Footprint.settle(settling);
        return Footprint.take();
    }
}
