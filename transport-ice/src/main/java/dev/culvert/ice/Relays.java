package dev.culvert.ice;

import dev.culvert.ice.internal.turn.DatagramWire;
import dev.culvert.ice.internal.turn.StreamWires;
import dev.culvert.ice.internal.turn.TurnWire;
import dev.culvert.udp.UdpPoller;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an endpoint knows of its TURN servers, and the wires to them. Wires over TCP have one thread for all, from the
 * first one on. Its state belongs to the STUN thread.
 */
final class Relays implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Relays.class);

    /** Different ones told; a server may make its words up. */
    private static final int MAX_COMPLAINTS = 64;

    /** Addresses taken of each name. */
    private static final int MAX_ADDRESSES = 4;

    private final DropCounters drops;
    private final IceConfig config;
    private final UdpPoller poller;
    private final ScheduledExecutorService stunThread;
    private final StreamWires streams = new StreamWires();
    private final List<Consumer<List<TurnTarget>>> waiting = new ArrayList<>(); // STUN thread only
    private final Set<String> complaints = ConcurrentHashMap.newKeySet();
    private List<TurnTarget> targets = List.of(); // STUN thread only
    private boolean resolved; // STUN thread only

    Relays(IceConfig config, UdpPoller poller, ScheduledExecutorService stunThread, DropCounters drops) {
        this.drops = drops;
        this.config = config;
        this.poller = poller;
        this.stunThread = stunThread;
    }

    boolean isConfigured() {
        return !config.turnServers().isEmpty();
    }

    /** On a thread that may block: looks the names up, then tells who waits. */
    void resolve() {
        List<TurnTarget> found = new ArrayList<>();
        for (TurnServer server : config.turnServers()) {
            try {
                InetAddress[] addresses = InetAddress.getAllByName(server.host());
                for (int i = 0; i < Math.min(addresses.length, MAX_ADDRESSES); i++) {
                    found.add(new TurnTarget(server, new InetSocketAddress(addresses[i], server.port())));
                }
            } catch (UnknownHostException | RuntimeException e) {
                LOG.warn("TURN server {} does not resolve; going on without it: check its name and the DNS", server);
            }
        }
        Tasks.tryExecute(stunThread, () -> {
            targets = List.copyOf(found);
            resolved = true;
            waiting.forEach(waiter -> waiter.accept(targets));
            waiting.clear();
        });
    }

    /** STUN thread: tells the servers' addresses, as soon as the names are looked up. */
    void whenResolved(Consumer<List<TurnTarget>> waiter) {
        if (resolved) {
            waiter.accept(targets);
        } else {
            waiting.add(waiter);
        }
    }

    /** Opens a wire to a server; its receiver runs on the I/O thread for UDP, on that of the TCP wires else. */
    TurnWire wire(TurnTarget target, TurnWire.Receiver receiver) throws IOException {
        return switch (target.server().transport()) {
            case UDP ->
                new DatagramWire(
                        poller,
                        localFor(target.address()),
                        target.address(),
                        config.socketBufferBytes(),
                        this::countJunk,
                        receiver);
            case TCP -> streams.connect(target.address(), localFor(target.address()), receiver);
            case TLS ->
                streams.connectTls(
                        target.address(),
                        localFor(target.address()),
                        target.server().host(),
                        target.server().tls(),
                        receiver);
        };
    }

    /** The address that the app wants us to speak from; without one the kernel chooses. */
    private InetAddress localFor(InetSocketAddress server) throws IOException {
        boolean ipv4 = server.getAddress() instanceof Inet4Address;
        for (InetAddress address : config.localAddresses()) {
            if (address instanceof Inet4Address == ipv4
                    && address.isLoopbackAddress() == server.getAddress().isLoopbackAddress()) {
                return address;
            }
        }
        if (!config.localAddresses().isEmpty()) {
            throw new IOException("none of the local addresses " + config.localAddresses() + " reaches it");
        }
        return InetAddress.getByAddress(new byte[ipv4 ? 4 : 16]);
    }

    /** A relay has got what it can not use. From any thread. */
    void countJunk() {
        drops.count(DropCause.RELAY_JUNK);
    }

    /** Tells people of a server that does not serve us; the same once a run. */
    void complain(TurnTarget target, String why) {
        if (complaints.size() < MAX_COMPLAINTS && complaints.add(target + why)) {
            LOG.warn("TURN server {} is of no use: {}", target, why);
        }
    }

    /** Ends the wires over TCP; those over UDP end with the poller. Idempotent. */
    @Override
    public void close() {
        streams.close();
    }
}
