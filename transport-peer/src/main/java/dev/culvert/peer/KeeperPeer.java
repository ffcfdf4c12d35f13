package dev.culvert.peer;

import dev.culvert.dht.Keeper;
import dev.culvert.dht.KeeperConfig;
import dev.culvert.dht.KeeperEvent;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.ReceivedMessage;
import dev.culvert.transport.TooManyConnectionsException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A keeper that its senders reach as a peer: over a connection, or through the DHT queue. What it keeps for them is on
 * disk before it answers. Opened by {@link PeerTransportBuilder#openKeeper}; its threads and files end with {@link #close}.
 *
 * <pre>{@code
 * PeerTransportBuilder builder = PeerTransport.builder(self).dht(dht).directory(directory);
 * try (KeeperPeer keeper = builder.openKeeper(KeeperConfig.defaults(), List.of(peer))) {
 *     System.out.println("keeps for " + peer.toShortString() + " as " + keeper.localPeer().toShortString());
 * }
 * }</pre>
 */
public final class KeeperPeer implements AutoCloseable {
    private final PeerTransport transport;
    private final Keeper keeper;

    private KeeperPeer(PeerTransport transport, Keeper keeper) {
        this.transport = transport;
        this.keeper = keeper;
    }

    static KeeperPeer open(PeerTransportBuilder builder, KeeperConfig config, Collection<PeerId> senders) {
        PeerTransport transport = builder.open();
        Closer opened = new Closer();
        opened.keep(transport);
        try {
            Keeper keeper = opened.keep(Keeper.open(builder.requireDht(), builder.directory(), config, builder.clock));
            KeeperPeer peer = new KeeperPeer(transport, keeper);
            transport.onMessage(peer::handle);
            senders.forEach(sender -> peer.allow(sender).join());
            return peer;
        } catch (RuntimeException e) {
            opened.closeAll();
            throw e;
        }
    }

    /** Waits until it is on disk: only then is the request done with. */
    private void handle(PeerId from, ReceivedMessage message) {
        keeper.request(from, message.payload()).join().ifPresent(answer -> {
            var unused = transport.send(from, answer);
        });
    }

    /** Who this keeper is to its senders. */
    public PeerId localPeer() {
        return transport.localPeer();
    }

    /**
     * Keeps what this sender asks for from now on.
     *
     * @return fails with {@link TooManyConnectionsException} when there are as many as the builder allows
     */
    public CompletableFuture<Void> allow(PeerId sender) {
        return transport.addContact(sender).thenRun(() -> keeper.allow(Set.of(sender)));
    }

    /** Knows a sender no more, and drops what it left. */
    public CompletableFuture<Void> dismiss(PeerId sender) {
        return transport.removeContact(sender).thenCompose(removed -> keeper.dismiss(sender));
    }

    /** How much it holds now. */
    public CompletableFuture<Keeper.Held> held() {
        return keeper.held();
    }

    /** What happened so far. */
    public Map<KeeperEvent, Long> events() {
        return keeper.events();
    }

    /** Ends the transport with its DHT engine, and the keeper; records stay on disk. Idempotent. */
    @Override
    public void close() {
        try {
            transport.close(); // first: no request may come to a keeper that is closed
        } finally {
            keeper.close();
        }
    }
}
