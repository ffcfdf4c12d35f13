package dev.culvert.ice;

import dev.culvert.ice.internal.BirthdayLimits;
import dev.culvert.ice.internal.ice4j.IceAgent;
import dev.culvert.ice.internal.ports.RouterPorts;
import dev.culvert.transport.NoUsableAddressException;
import dev.culvert.transport.TooManyConnectionsException;
import dev.culvert.transport.TransportClosedException;
import dev.culvert.transport.TransportException;
import dev.culvert.udp.LocalAddresses;
import dev.culvert.udp.UdpPoller;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The UDP sockets of this process towards all its peers: one for each local address, one I/O thread that reads them
 * all, and one STUN thread that handles checks and timers, so that data never waits behind them. Each peer gets an
 * {@link IceContext} from {@link #openContext}, which costs no thread and no socket. Close it to end them all.
 */
public final class IceEndpoint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IceEndpoint.class);
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final long JOIN_MILLIS = 1_000;

    /** Makes ICE agents; tests have another one, which fails. */
    @FunctionalInterface
    interface AgentSource {
        IceAgent make(List<InetSocketAddress> sockets, IceAgent.Listener listener);
    }

    private final IceConfig config;
    private final AgentSource agents;
    private final UdpPoller poller = UdpPoller.open();
    private final List<EndpointSocket> sockets;
    private final ContextTable contexts = new ContextTable();
    private final DropCounters drops = new DropCounters();
    private final BufferPool buffers = new BufferPool();
    private final ScheduledThreadPoolExecutor stunThread;
    private final ReflexiveProber prober;
    private final Relays relays;
    private final BirthdayLimits birthdayLimits = new BirthdayLimits();
    private final Demultiplexer demultiplexer;
    private final IoThread ioThread;
    private final Set<IceContext> open = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable Thread stunThreadNow;
    private volatile @Nullable RouterPorts routerPorts;

    private IceEndpoint(IceConfig config, AgentSource agents, boolean stunOnIoThread) {
        this.config = config;
        this.agents = agents;
        int number = NUMBERS.incrementAndGet();
        try {
            sockets = bindAll();
        } catch (RuntimeException e) {
            poller.close();
            throw e;
        }
        stunThread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = daemon(task, "culvert-stun-" + number);
            stunThreadNow = thread;
            return thread;
        });
        stunThread.setRemoveOnCancelPolicy(true);
        stunThread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        prober = new ReflexiveProber(stunThread, sockets);
        relays = new Relays(config, poller, stunThread, drops);
        Executor stunIntake = stunOnIoThread ? Runnable::run : stunThread;
        demultiplexer = new Demultiplexer(contexts, prober, drops, stunIntake);
        ioThread = new IoThread(number, poller, drops);
    }

    /**
     * Binds the sockets and starts the threads; then asks the STUN servers in the background.
     *
     * @throws NoUsableAddressException if no address could be bound; the message lists what was tried
     */
    public static IceEndpoint open(IceConfig config) {
        WarmUp.loadOnce();
        return open(config, IceAgent::new);
    }

    static IceEndpoint open(IceConfig config, AgentSource agents) {
        return open(config, agents, false);
    }

    /**
     * For the benchmark that shows what the STUN thread is for.
     *
     * @param stunOnIoThread whether received STUN messages are handled where they are read, before the next datagram
     */
    static IceEndpoint open(IceConfig config, AgentSource agents, boolean stunOnIoThread) {
        IceEndpoint endpoint = new IceEndpoint(config, agents, stunOnIoThread);
        endpoint.ioThread.start();
        endpoint.startResolving();
        return endpoint;
    }

    /** Names are looked up on a thread that ends with it, since a resolver may block for long. */
    private void startResolving() {
        List<StunServer> stunServers = config.relayOnly() ? List.of() : config.stunServers();
        if (config.routerPorts()) {
            Tasks.tryExecute(stunThread, prober::expectPorts);
            openPorts();
        } else if (stunServers.isEmpty()) {
            prober.askNobody();
        }
        if (stunServers.isEmpty() && !relays.isConfigured()) {
            return;
        }
        daemon(
                        () -> {
                            if (!stunServers.isEmpty()) {
                                prober.resolve(stunServers);
                            }
                            relays.resolve();
                        },
                        "culvert-resolve")
                .start();
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private void openPorts() {
        try {
            routerPorts = new RouterPorts(localAddresses(), new Ports());
        } catch (TransportException e) {
            LOG.warn("The router is not asked for ports: {}", e.getMessage());
        }
    }

    /** Takes the routers' answers to the STUN thread. */
    private final class Ports implements RouterPorts.Listener {
        @Override
        public void onPort(InetSocketAddress local, InetSocketAddress gateway, InetSocketAddress external) {
            Tasks.tryExecute(stunThread, () -> prober.onPort(local, gateway, external));
        }

        @Override
        public void onPortLost(InetSocketAddress local) {
            Tasks.tryExecute(stunThread, () -> prober.onPortLost(local));
        }
    }

    private List<EndpointSocket> bindAll() {
        if (config.relayOnly()) {
            return List.of(); // nothing may leave but to a TURN server, over sockets of the relays' own
        }
        List<InetAddress> addresses = config.localAddresses().isEmpty()
                ? LocalAddresses.scan(config.includeLoopback())
                : config.localAddresses();
        List<EndpointSocket> bound = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        for (InetAddress address : addresses) {
            try {
                bound.add(new EndpointSocket(
                        poller, address, config.port(), config.socketBufferBytes(), null, this::onDatagram));
            } catch (IOException e) {
                refused.add(address.getHostAddress() + " (" + e.getMessage() + ")");
            }
        }
        if (bound.isEmpty()) {
            throw new NoUsableAddressException((refused.isEmpty()
                            ? "This host has no usable network address"
                            : "No address could be bound: " + refused)
                    + "; bring an interface up, name addresses in IceConfig.localAddresses, or set"
                    + " includeLoopback for peers on this machine");
        }
        if (!refused.isEmpty()) {
            LOG.warn("Going on without {}", refused);
        }
        return List.copyOf(bound);
    }

    /** The thread on which all data arrives. */
    IoThread ioThread() {
        return ioThread;
    }

    /** I/O thread. */
    void onDatagram(EndpointSocket socket, InetSocketAddress from, ByteBuffer payload) {
        demultiplexer.onDatagram(socket, from, payload);
    }

    /** A context that receives through a queue of 16 messages. */
    public IceContext openContext() {
        return openContext(ContextConfig.queue());
    }

    /**
     * A context for one peer.
     *
     * @throws TransportClosedException if the endpoint is closed
     * @throws TooManyConnectionsException if {@link IceConfig#maxContexts()} are open
     */
    public IceContext openContext(ContextConfig contextConfig) {
        return newContext(contextConfig, false);
    }

    IceContext newContext(ContextConfig contextConfig, boolean owned) {
        if (closed.get()) {
            throw new TransportClosedException("The endpoint");
        }
        IceContext context = new IceContext(this, contextConfig, owned);
        synchronized (open) {
            if (open.size() >= config.maxContexts()) {
                throw new TooManyConnectionsException(config.maxContexts());
            }
            open.add(context);
        }
        if (closed.get()) {
            context.close(); // the endpoint's close may have missed it
            throw new TransportClosedException("The endpoint");
        }
        return context;
    }

    /** Called by each context when it has freed everything. */
    void forget(IceContext context) {
        open.remove(context);
    }

    /**
     * Makes the agent for a context and gives it the STUN messages for its ufrag.
     *
     * @throws TransportClosedException if the endpoint was closed meanwhile
     * @throws TransportException if ice4j can not be used
     */
    IceAgent attach(IceContext context, IceAgent.Listener listener) {
        List<InetSocketAddress> addresses =
                sockets.stream().map(EndpointSocket::localAddress).toList();
        while (!closed.get()) {
            IceAgent agent = makeAgent(addresses, listener);
            if (contexts.register(agent.ufrag(), context)) {
                return agent;
            }
            agent.free(); // another context of this endpoint drew the same ufrag
        }
        throw new TransportClosedException("The endpoint");
    }

    private IceAgent makeAgent(List<InetSocketAddress> addresses, IceAgent.Listener listener) {
        try {
            return agents.make(addresses, listener);
        } catch (LinkageError e) {
            throw new TransportException(
                    "The ICE engine can not be loaded (" + e + "); put the version of ice4j that Culvert's pom"
                            + " names, and what it needs, on the class path",
                    e);
        }
    }

    @Nullable
    EndpointSocket socket(InetSocketAddress local) {
        for (EndpointSocket socket : sockets) {
            if (socket.localAddress().equals(local)) {
                return socket;
            }
        }
        return null;
    }

    /** The shared sockets. */
    List<EndpointSocket> sockets() {
        return sockets;
    }

    /** One more socket on the same thread, for one context, which closes it. */
    EndpointSocket openSocket(InetAddress address, IceContext owner) throws IOException {
        return openSocket(address, config.socketBufferBytes(), owner);
    }

    EndpointSocket openSocket(InetAddress address, int bufferBytes, IceContext owner) throws IOException {
        if (config.relayOnly()) {
            throw new IOException("relayOnly allows no socket but those towards TURN servers");
        }
        return new EndpointSocket(poller, address, 0, bufferBytes, owner, this::onDatagram);
    }

    /** The one that STUN servers have seen, or that has a public address; null if there is none. */
    @Nullable
    EndpointSocket outwardSocket() {
        InetSocketAddress local = prober.outward();
        return local == null ? null : socket(local);
    }

    boolean guessesPorts() {
        return config.birthdayPorts();
    }

    /** STUN thread only. */
    BirthdayLimits birthdayLimits() {
        return birthdayLimits;
    }

    ContextTable contexts() {
        return contexts;
    }

    ReflexiveProber prober() {
        return prober;
    }

    boolean isRelayOnly() {
        return config.relayOnly();
    }

    Relays relays() {
        return relays;
    }

    ScheduledThreadPoolExecutor stunThread() {
        return stunThread;
    }

    BufferPool buffers() {
        return buffers;
    }

    /** The bound addresses, one for each socket. */
    public List<InetSocketAddress> localAddresses() {
        return sockets.stream().map(EndpointSocket::localAddress).toList();
    }

    /** What STUN servers saw of us so far; empty before they answered, and without a NAT. */
    public List<InetSocketAddress> reflexiveAddresses() {
        return prober.known();
    }

    /** Contexts open now. */
    public int contextCount() {
        return open.size();
    }

    /** Remote addresses whose data is accepted now over the shared sockets, over all contexts. */
    public int routeCount() {
        return sockets.stream().mapToInt(EndpointSocket::routeCount).sum();
    }

    /** Datagrams that reached no context, by cause. */
    public Map<DropCause, Long> drops() {
        return drops.snapshot();
    }

    /**
     * Closes every context, the sockets and the threads. Idempotent, from any thread; waits at most a second for each
     * of its threads, never for itself. Who calls it while another thread closes waits for the same.
     */
    @Override
    public void close() {
        closed.set(true);
        List.copyOf(open).forEach(IceContext::close);
        RouterPorts ports = routerPorts;
        if (ports != null) {
            ports.close();
        }
        relays.close();
        stunThread.shutdown();
        ioThread.close();
        awaitStunThread();
    }

    /** Ends without a word to the peers, as a process that is killed; for tests. */
    void vanish() {
        ioThread.close();
        close();
    }

    private void awaitStunThread() {
        if (Thread.currentThread() == stunThreadNow) {
            return;
        }
        try {
            if (!stunThread.awaitTermination(JOIN_MILLIS, TimeUnit.MILLISECONDS)) {
                stunThread.shutdownNow();
            }
        } catch (InterruptedException e) {
            stunThread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
