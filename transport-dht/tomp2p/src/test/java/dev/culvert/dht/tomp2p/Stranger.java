package dev.culvert.dht.tomp2p;

import java.io.IOException;
import java.net.InetSocketAddress;
import net.tomp2p.connection.Bindings;
import net.tomp2p.dht.PeerBuilderDHT;
import net.tomp2p.dht.PeerDHT;
import net.tomp2p.p2p.PeerBuilder;
import net.tomp2p.peers.Number160;
import net.tomp2p.peers.Number640;
import net.tomp2p.storage.Data;

/** A node of plain TomP2P in a ring of ours, which stores what we would not and serves it to us. */
final class Stranger implements AutoCloseable {
    private final PeerDHT peer;

    private Stranger(PeerDHT peer) {
        this.peer = peer;
    }

    static Stranger join(Ring ring) throws IOException {
        InetSocketAddress member = ring.node(0).localAddress();
        PeerDHT peer = new PeerBuilderDHT(new PeerBuilder(new Number160(Ring.bytes(20)))
                        .ports(member.getPort() < 60_000 ? member.getPort() + 1001 : member.getPort() - 1001)
                        .bindings(new Bindings().addAddress(member.getAddress()).addInterface("lo"))
                        .start())
                .start();
        int known = ring.node(0).neighbours();
        for (InetSocketAddress node : ring.addresses()) {
            peer.peer()
                    .bootstrap()
                    .inetAddress(node.getAddress())
                    .ports(node.getPort())
                    .start()
                    .awaitUninterruptibly();
        }
        Ring.eventually("the hostile node is known", () -> ring.node(0).neighbours() > known);
        return new Stranger(peer);
    }

    PeerDHT peer() {
        return peer;
    }

    /** Puts it at the hostile node itself and offers it to the others. */
    void plant(Number640 where, byte[] bytes) {
        peer.storageLayer().put(where, new Data(bytes), null, false, false, true);
        peer.put(where.locationKey())
                .domainKey(where.domainKey())
                .data(where.contentKey(), new Data(bytes))
                .start()
                .awaitUninterruptibly(5000);
    }

    @Override
    public void close() {
        peer.shutdown().awaitUninterruptibly(5000);
    }
}
