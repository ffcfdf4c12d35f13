package dev.culvert.peer;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Any number of identities that see each other's signals at once, on loopback sockets and one memory DHT. */
final class ManyPeers {
    private final MemoryNetwork network = new MemoryNetwork();
    private final SignalBoard board = new SignalBoard();
    private final List<Identity> identities = new ArrayList<>();
    private final Path directory;

    ManyPeers(Path directory, int count) {
        this.directory = directory;
        for (int i = 0; i < count; i++) {
            identities.add(Identity.generate());
        }
    }

    int count() {
        return identities.size();
    }

    PeerId id(int number) {
        return identities.get(number).peerId();
    }

    SignalBoard board() {
        return board;
    }

    PeerTransportBuilder builder(int number) {
        return PeerTransport.builder(identities.get(number))
                .dht(MemoryDht.join(network))
                .rendezvous(board.of(id(number)))
                .directory(directory.resolve("peer" + number))
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .connectTimeout(Duration.ofSeconds(20));
    }
}
