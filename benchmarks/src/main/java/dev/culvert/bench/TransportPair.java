package dev.culvert.bench;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.identity.Identity;
import dev.culvert.peer.PeerTransport;
import dev.culvert.peer.SignalBoard;
import dev.culvert.transport.MessageHandler;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.Tier;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Two transports on loopback, with real sockets, ICE and sessions; only how they find each other is made short. */
final class TransportPair implements AutoCloseable {
    private static final long TIMEOUT_SECONDS = 30;

    private final SignalBoard board = new SignalBoard();
    private final MemoryNetwork network = new MemoryNetwork();
    private final Identity nearSelf = Identity.generate();
    private final Identity farSelf = Identity.generate();
    private final PeerTransport near;
    private final PeerTransport far;

    /**
     * Opens both.
     *
     * @param directory for what they keep
     * @param atFar given what the far one receives
     */
    TransportPair(Path directory, MessageHandler atFar) {
        near = open(nearSelf, directory.resolve("near"));
        far = open(farSelf, directory.resolve("far"));
        far.onMessage(atFar);
    }

    private PeerTransport open(Identity self, Path directory) {
        return PeerTransport.builder(self)
                .dht(MemoryDht.join(network))
                .rendezvous(board.of(self.peerId()))
                .directory(directory)
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .open();
    }

    PeerTransport near() {
        return near;
    }

    PeerTransport far() {
        return far;
    }

    PeerId nearId() {
        return nearSelf.peerId();
    }

    PeerId farId() {
        return farSelf.peerId();
    }

    /**
     * Makes each the other's contact and connects them.
     *
     * @throws IllegalStateException if the first message was left in the queue
     */
    void connect() throws Exception {
        far.addContact(nearId()).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        SendResult first = near.send(farId(), new byte[Long.BYTES]).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (first.tier() == Tier.QUEUED) {
            throw new IllegalStateException("No connection");
        }
    }

    /** Ends the connection; both forget each other. */
    void disconnect() throws Exception {
        near.removeContact(farId()).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        far.removeContact(nearId()).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        near.close();
        far.close();
        nearSelf.close();
        farSelf.close();
    }
}
