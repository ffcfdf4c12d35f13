package dev.culvert.peer;

import dev.culvert.dht.Dht;
import dev.culvert.dht.DhtCapabilities;
import dev.culvert.dht.KeeperConfig;
import dev.culvert.dht.QueueConfig;
import dev.culvert.ice.IceConfig;
import dev.culvert.ice.StunServer;
import dev.culvert.ice.TurnCredentials;
import dev.culvert.ice.TurnServer;
import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.PrivacyMode;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a {@link PeerTransport} is made of. Only the DHT must be given; the rest has defaults. Not thread-safe.
 *
 * <pre>{@code
 * PeerTransport me = PeerTransport.builder(self)
 *         .dht(dht)
 *         .directory(directory)
 *         .includeLoopback(true) // some peers are on this machine
 *         .queueAfter(Duration.ofSeconds(5))
 *         .maxConnections(200)
 *         .open();
 * me.close();
 * }</pre>
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
    private final Set<PeerId> keepers = new LinkedHashSet<>();
    private final List<TurnServer> turnServers = new ArrayList<>();
    private boolean routerPorts;
    private PrivacyMode privacy = PrivacyMode.DIRECT;
    private boolean dhtMaySeeAddress;
    private QueueConfig queue = QueueConfig.defaults();
    private Duration connectTimeout = Duration.ofSeconds(45);
    private Duration queueAfter = Duration.ofSeconds(10);
    private Duration pollInterval = Duration.ofSeconds(5);
    private int maxContacts = 1024;
    private int maxConnections = 1024;
    Confirmation confirmation = Confirmation.WHEN_STORED;

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

    /** Adds a TURN server, which relays where nothing else works; most apps want one. */
    public PeerTransportBuilder turn(TurnServer server) {
        turnServers.add(server);
        return this;
    }

    /**
     * Adds a TURN server whose credentials do not change.
     *
     * @param uri as in RFC 7065: {@code turn:host:port}, {@code turn:host?transport=tcp}, {@code turns:host}
     * @throws IllegalArgumentException if it is none
     */
    public PeerTransportBuilder turn(String uri, String user, String password) {
        return turn(TurnServer.parse(uri, new TurnCredentials(user, password)));
    }

    /**
     * Asks the router to open ports for us (PCP, NAT-PMP or UPnP) while the transport is open. Off by default; of no
     * effect where the privacy mode keeps our addresses from peers.
     */
    public PeerTransportBuilder routerPorts(boolean ask) {
        routerPorts = ask;
        return this;
    }

    /**
     * Who may learn our address; {@link PrivacyMode#DIRECT} by default. The other modes want a DHT engine that hides it,
     * or {@link #allowDhtToSeeMyAddress}.
     */
    public PeerTransportBuilder privacy(PrivacyMode mode) {
        privacy = mode;
        return this;
    }

    /**
     * Accepts that the DHT's nodes see the address that we ask from, in a mode that hides it from peers. Without this,
     * {@link #open} fails there with an engine that speaks from our own address.
     */
    public PeerTransportBuilder allowDhtToSeeMyAddress() {
        dhtMaySeeAddress = true;
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

    /**
     * How long a connection may take before it is given up; 45 s by default, as a DHT may need tens of seconds to carry an
     * offer and its answer; 100 ms to 5 min.
     */
    public PeerTransportBuilder connectTimeout(Duration timeout) {
        connectTimeout = timeout;
        return this;
    }

    /**
     * How long messages wait for a connection that is being made before they go to the queue; 10 s by default, 0 to 5 min.
     * Should the connection come up afterwards, what is queued goes over it, once and in order.
     */
    public PeerTransportBuilder queueAfter(Duration wait) {
        queueAfter = wait;
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

    /**
     * Adds a keeper: a peer that puts our queued messages while we are away, as {@code culvert keeper} and
     * {@link #openKeeper} do. It must know us. It sees how many messages wait, how long they are, and our peer id, neither
     * for whom they are nor what is in them. A sender may have several; all get every message.
     */
    public PeerTransportBuilder keeper(PeerId keeper) {
        keepers.add(keeper);
        return this;
    }

    /** Most contacts, 1 to 65536; 1024 by default. */
    public PeerTransportBuilder maxContacts(int contacts) {
        maxContacts = contacts;
        return this;
    }

    /**
     * Most peers that are connected at once, or on their way to be, 1 to 65536; 1024 by default. Beyond them {@link
     * PeerTransport#connect} fails, what is sent to others goes to the queue, and their offers are not answered; those that
     * are connected notice nothing.
     *
     * <p>Memory is bounded for each peer: an idle connection takes some 33 KB of heap and 1.2 MB in all, and a contact that
     * means harm can make one hold up to some 50 MB (a message of 16 MiB on its way, 4 MiB with the app, 6 MiB of datagrams,
     * and QUIC's window of up to 24 MiB). Choose fewer where contacts are strangers.
     */
    public PeerTransportBuilder maxConnections(int connections) {
        maxConnections = connections;
        return this;
    }

    /**
     * Where message handlers run; by default threads of the transport's own, virtual ones from Java 21 on. Whatever it is,
     * the messages of one peer are handled one at a time and in their order, those of different peers side by side where
     * there are threads. An executor given here stays the app's to end, and must not run tasks on the thread that gives them:
     * that is the transport's own. While it refuses tasks their messages wait, in order, and are tried again every second.
     */
    public PeerTransportBuilder handlerExecutor(Executor executor) {
        handlers = executor;
        return this;
    }

    /** When senders are told that their messages are safe with us; {@link Confirmation#WHEN_STORED} by default. */
    public PeerTransportBuilder confirmation(Confirmation when) {
        confirmation = when;
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
     * @throws IllegalArgumentException if a setting is missing or out of range, or the privacy mode can not be held with
     *     what is given
     * @throws dev.culvert.transport.TransportException if no address can be bound or the directory can not be used; the
     *     DHT is then still the caller's
     */
    public PeerTransport open() {
        requirePrivacy();
        require(
                between(connectTimeout, Duration.ofMillis(100), Duration.ofMinutes(5)),
                "connectTimeout is 100 ms to 5 min");
        require(between(queueAfter, Duration.ZERO, Duration.ofMinutes(5)), "queueAfter is 0 to 5 min");
        require(between(pollInterval, Duration.ofMillis(100), Duration.ofHours(1)), "pollInterval is 100 ms to 1 h");
        require(maxContacts >= 1 && maxContacts <= 65_536, "maxContacts is 1 to 65536");
        require(maxConnections >= 1 && maxConnections <= 65_536, "maxConnections is 1 to 65536");
        require(!keepers.contains(self.peerId()), "A peer can not be its own keeper");
        PeerTransport transport = new PeerTransport(this);
        transport.start();
        return transport;
    }

    /**
     * Opens a keeper for these senders instead, with a transport of its own as set here.
     *
     * @param config quotas and pace
     * @param senders who may leave records; others may be allowed later
     * @throws IllegalArgumentException as {@link #open}
     * @throws dev.culvert.transport.TransportException as {@link #open}
     */
    public KeeperPeer openKeeper(KeeperConfig config, Collection<PeerId> senders) {
        return KeeperPeer.open(this, config, senders);
    }

    private void requirePrivacy() {
        DhtCapabilities engine = requireDht().capabilities();
        require(
                privacy != PrivacyMode.RELAY_ONLY || !turnServers.isEmpty(),
                "privacy(RELAY_ONLY) needs a TURN server to hide behind: builder.turn(uri, user, password)");
        require(
                privacy == PrivacyMode.DIRECT || dhtMaySeeAddress || engine.hidesAddress(),
                "The nodes of the " + engine.engine() + " DHT see our address, which privacy(" + privacy
                        + ") is to hide: take an engine that hides it, or accept that with allowDhtToSeeMyAddress()");
    }

    PeerConfig config() {
        return new PeerConfig(
                queue, connectTimeout, queueAfter, pollInterval, maxContacts, maxConnections, Set.copyOf(keepers));
    }

    /** What the privacy mode leaves of the ways to connect. */
    Dialler dialler() {
        return privacy == PrivacyMode.DHT_ONLY ? new NoDialler() : new IceDialler(ice());
    }

    private IceConfig ice() {
        boolean relayOnly = privacy == PrivacyMode.RELAY_ONLY;
        return IceConfig.builder()
                .localAddresses(localAddresses)
                .includeLoopback(includeLoopback)
                .port(port)
                .stunServers(relayOnly ? List.of() : stunServers)
                .turnServers(turnServers)
                .relayOnly(relayOnly)
                .routerPorts(routerPorts && !relayOnly)
                .maxContexts(Math.min(65_536, 3 * maxConnections)) // a live one, a new one and one ending
                .build();
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
