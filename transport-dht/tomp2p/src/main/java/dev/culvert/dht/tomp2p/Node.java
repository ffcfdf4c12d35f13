package dev.culvert.dht.tomp2p;

import dev.culvert.dht.EventCounters;
import dev.culvert.transport.TransportException;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.channels.DatagramChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import net.tomp2p.connection.Bindings;
import net.tomp2p.connection.ChannelClientConfiguration;
import net.tomp2p.connection.ChannelServerConfiguration;
import net.tomp2p.connection.PipelineFilter;
import net.tomp2p.dht.DistributedHashTable;
import net.tomp2p.dht.PeerBuilderDHT;
import net.tomp2p.dht.PeerDHT;
import net.tomp2p.dht.StorageRPC;
import net.tomp2p.p2p.Peer;
import net.tomp2p.p2p.PeerBuilder;
import net.tomp2p.peers.Number160;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One TomP2P peer with the settings that Culvert needs, from its sockets to its last thread. Any thread. */
final class Node implements AutoCloseable {
    private static final int MAX_INCOMING = 256;
    private static final int MAX_OUTGOING = 256;
    private static final int FREE_PORT_TRIES = 5;
    private static final long CLOSE_LIMIT_MILLIS = 5_000;

    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    static {
        keepIpv6();
    }

    private final PeerDHT peer;
    private final BoundedStorage storage;
    private final InetSocketAddress address;
    private final AtomicBoolean closing = new AtomicBoolean();

    private Node(PeerDHT peer, BoundedStorage storage, InetSocketAddress address) {
        this.peer = peer;
        this.storage = storage;
        this.address = address;
    }

    /**
     * TomP2P's builder turns IPv6 off for the whole process by a system property when its class is loaded. The JDK looks at
     * the property once, so its classes are loaded before, and the property is put back.
     */
    private static void keepIpv6() {
        String name = "java.net.preferIPv4Stack";
        String before = System.getProperty(name);
        try {
            DatagramChannel.open().close();
            Class.forName(PeerBuilder.class.getName());
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException("TomP2P can not be loaded", e);
        } finally {
            if (before == null) {
                System.clearProperty(name);
            } else {
                System.setProperty(name, before);
            }
        }
    }

    /** @throws TransportException if it can not listen where it should */
    static Node start(TomP2PConfig config, EventCounters<TomP2PEvent> events, Duration maxTtl) {
        for (int attempt = 1; ; attempt++) {
            try {
                return startOnce(config, events, maxTtl);
            } catch (IOException e) {
                if (config.listen().getPort() != 0 || attempt >= FREE_PORT_TRIES) {
                    throw new TransportException(
                            "A TomP2P node can not listen on " + config.listen()
                                    + "; check that the address is this machine's and the port is free",
                            e);
                }
            }
        }
    }

    private static Node startOnce(TomP2PConfig config, EventCounters<TomP2PEvent> events, Duration maxTtl)
            throws IOException {
        // Asked first: TomP2P only logs that it could not bind, and can not listen on a port of the system's choice.
        InetSocketAddress address = freePort(config.listen());
        NetworkInterface network = NetworkInterface.getByInetAddress(address.getAddress());
        if (network == null) {
            throw new IOException(address.getAddress() + " is no address of this machine");
        }
        Bindings bindings = new Bindings().addAddress(address.getAddress()).addInterface(network.getName());
        PipelineFilter limit = InboundLimit.filter(events);
        ChannelServerConfiguration server = PeerBuilder.createDefaultChannelServerConfiguration();
        server.pipelineFilter(limit);
        // Buffers on the heap: TomP2P leaves most of them to the garbage collector, which sees no others.
        server.byteBufHeap().byteBufPool(false);
        server.maxTCPIncomingConnections(MAX_INCOMING);
        ChannelClientConfiguration client = PeerBuilder.createDefaultChannelClientConfiguration();
        client.pipelineFilter(limit);
        client.byteBufHeap().byteBufPool(false);
        client.maxPermitsTCP(MAX_OUTGOING).maxPermitsUDP(MAX_OUTGOING);
        client.senderTCP(address.getAddress()).senderUDP(address.getAddress());

        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "culvert-dht-tomp2p-timer");
            thread.setDaemon(true);
            return thread;
        });
        byte[] id = new byte[Number160.BYTE_ARRAY_SIZE];
        new SecureRandom().nextBytes(id);
        try {
            Peer peer = new PeerBuilder(new Number160(id))
                    .ports(address.getPort())
                    .bindings(bindings)
                    .channelServerConfiguration(server)
                    .channelClientConfiguration(client)
                    .timer(timer)
                    // Direct messages are read as Java objects; broadcasts would be passed on for strangers.
                    .enableDirectDataRPC(false)
                    .enableBroadcast(false)
                    .enableAnnounceRPC(false)
                    .start();
            BoundedStorage storage = new BoundedStorage(config.storageBytes());
            CheckedStorage checked = new CheckedStorage(storage, events, maxTtl);
            checked.start(timer, storage.storageCheckIntervalMillis());
            StorageRPC rpc = new StorageRPC(peer.peerBean(), peer.connectionBean(), checked);
            PeerDHT dht = new PeerBuilderDHT(peer)
                    .storageLayer(checked)
                    .storeRPC(rpc)
                    .distributedHashTable(withoutDirectData(peer, rpc))
                    .start();
            return new Node(dht, storage, address);
        } catch (IOException | RuntimeException | Error e) {
            timer.shutdownNow();
            throw e;
        }
    }

    @SuppressWarnings("NullAway") // What is missing serves a call that we never make.
    private static DistributedHashTable withoutDirectData(Peer peer, StorageRPC rpc) {
        return new DistributedHashTable(peer.distributedRouting(), rpc, null);
    }

    private static InetSocketAddress freePort(InetSocketAddress listen) throws IOException {
        try (ServerSocket tcp = new ServerSocket(listen.getPort(), 1, listen.getAddress());
                DatagramSocket udp =
                        new DatagramSocket(new InetSocketAddress(listen.getAddress(), tcp.getLocalPort()))) {
            return new InetSocketAddress(listen.getAddress(), udp.getLocalPort());
        }
    }

    PeerDHT peer() {
        return peer;
    }

    InetSocketAddress address() {
        return address;
    }

    long storedBytes() {
        return storage.usedBytes();
    }

    /** How many others answered this node lately. */
    int neighbours() {
        return peer.peerBean().peerMap().size();
    }

    /** Asks a member of the network who else is there. */
    void ask(InetSocketAddress member) {
        // Whether it answered is seen by the neighbours it brings.
        Object unused = peer.peer()
                .bootstrap()
                .inetAddress(member.getAddress())
                .ports(member.getPort())
                .start();
    }

    /** Ends the sockets and threads, within 5 s. TomP2P's own shutdown can block, so it has a thread of its own. */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        Thread ending = new Thread(this::end, "culvert-dht-tomp2p-close");
        ending.setDaemon(true);
        ending.start();
        try {
            ending.join(CLOSE_LIMIT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (ending.isAlive()) {
            LOG.warn("The TomP2P node on {} did not end within {} ms", address, CLOSE_LIMIT_MILLIS);
        }
    }

    private void end() {
        Object unused = peer.peer().shutdown().awaitUninterruptibly();
        storage.close();
    }
}
