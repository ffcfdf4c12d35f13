package dev.culvert.peer;

import dev.culvert.dht.Dht;
import dev.culvert.dht.QueueConfig;
import dev.culvert.ice.IceConfig;
import dev.culvert.ice.StunServer;
import dev.culvert.identity.Identity;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a {@link PeerTransport} is made of. Only the DHT must be given; the rest has defaults. Not thread-safe.
 */
public final class PeerTransportBuilder {
    final Identity self;
    Clock clock = Clock.systemUTC();

    @Nullable
    Executor handlers;

    @Nullable
    Rendezvous rendezvous;

    private @Nullable Dht dht;
    private @Nullable Path directory;
    private List<InetAddress> localAddresses = List.of();
    private boolean includeLoopback;
    private int port;
    private final List<StunServer> stunServers = new ArrayList<>();
    private QueueConfig queue = QueueConfig.defaults();
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration pollInterval = Duration.ofSeconds(5);
    private int maxContacts = 1024;

    PeerTransportBuilder(Identity self) {
        this.self = self;
    }

    /** The DHT for rendezvous and queue. The transport owns it from {@link #open} on and closes it. */
    public PeerTransportBuilder dht(Dht engine) {
        dht = engine;
        return this;
    }

    /** Adds a STUN server, {@code host} or {@code host:port}; without one only the same network is reached. */
    public PeerTransportBuilder stun(String server) {
        stunServers.add(StunServer.parse(server));
        return this;
    }

    /**
     * Where queued messages are kept: a directory of this transport alone, made if need be. By default
     * {@code .culvert/} and the short form of the peer id in the user's home.
     */
    public PeerTransportBuilder directory(Path path) {
        directory = path;
        return this;
    }

    /** Offers only these addresses instead of every usable one. */
    public PeerTransportBuilder localAddresses(List<InetAddress> addresses) {
        localAddresses = List.copyOf(addresses);
        return this;
    }

    /** Offers loopback addresses too, for peers on the same machine. */
    public PeerTransportBuilder includeLoopback(boolean include) {
        includeLoopback = include;
        return this;
    }

    /** UDP port for all peers; 0, the default, lets the kernel choose. */
    public PeerTransportBuilder port(int udpPort) {
        port = udpPort;
        return this;
    }

    /** How long a connection may take before its messages go to the queue; 10 s by default, 100 ms to 5 min. */
    public PeerTransportBuilder connectTimeout(Duration timeout) {
        connectTimeout = timeout;
        return this;
    }

    /** How soon a contact's offer is seen where the DHT has no push; 5 s by default, 100 ms to 1 h. */
    public PeerTransportBuilder pollInterval(Duration interval) {
        pollInterval = interval;
        return this;
    }

    /** How the DHT queue is run. */
    public PeerTransportBuilder queue(QueueConfig config) {
        queue = config;
        return this;
    }

    /** Most contacts, 1 to 65536; 1024 by default. */
    public PeerTransportBuilder maxContacts(int contacts) {
        maxContacts = contacts;
        return this;
    }

    /**
     * Where message handlers run; by default one thread of the transport's own. An executor given here stays the app's
     * to end, and must run tasks one at a time if the order of messages matters. It must not run them on the thread
     * that gives them: that is the transport's own.
     */
    public PeerTransportBuilder handlerExecutor(Executor executor) {
        handlers = executor;
        return this;
    }

    /** Signalling of the app's own in place of the DHT's records. The transport closes it. */
    public PeerTransportBuilder rendezvous(Rendezvous signalling) {
        rendezvous = signalling;
        return this;
    }

    /**
     * Opens the transport. The DHT is joined in the background.
     *
     * @throws IllegalArgumentException if a setting is missing or out of range
     * @throws dev.culvert.transport.TransportException if no address can be bound or the directory can not be used; the
     *     DHT is then still the caller's
     */
    public PeerTransport open() {
        requireDht();
        require(
                between(connectTimeout, Duration.ofMillis(100), Duration.ofMinutes(5)),
                "connectTimeout is 100 ms to 5 min");
        require(between(pollInterval, Duration.ofMillis(100), Duration.ofHours(1)), "pollInterval is 100 ms to 1 h");
        require(maxContacts >= 1 && maxContacts <= 65_536, "maxContacts is 1 to 65536");
        PeerTransport transport = new PeerTransport(this);
        transport.start();
        return transport;
    }

    PeerConfig config() {
        IceConfig ice = IceConfig.builder()
                .localAddresses(localAddresses)
                .includeLoopback(includeLoopback)
                .port(port)
                .stunServers(stunServers)
                .maxContexts(Math.min(65_536, 3 * maxContacts)) // a link has a live one, a new one and one ending
                .build();
        return new PeerConfig(ice, queue, connectTimeout, pollInterval, maxContacts);
    }

    Dht requireDht() {
        if (dht == null) {
            throw new IllegalArgumentException("A transport needs a DHT: builder.dht(MainlineDht.open(config))");
        }
        return dht;
    }

    Executor requireHandlers() {
        if (handlers == null) {
            throw new IllegalStateException("No executor was given");
        }
        return handlers;
    }

    Path directory() {
        if (directory != null) {
            return directory;
        }
        return Path.of(
                System.getProperty("user.home"), ".culvert", self.peerId().toShortString());
    }

    private static boolean between(Duration value, Duration least, Duration most) {
        return value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
