package dev.culvert.ice.internal.ports;

import dev.culvert.ice.internal.HandlerGate;
import dev.culvert.transport.TransportException;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the router open a port for each of our sockets that is behind one, and keeps it open until {@link #close}. One
 * daemon thread, {@code culvert-ports-N}, owns everything; there is none if no socket has a private IPv4 address. The
 * sockets themselves are not touched: a router is asked from others on the same address.
 */
public final class RouterPorts implements AutoCloseable {
    /** What the routers do, on the ports thread. It must not block: renewals would wait. */
    public interface Listener {
        /**
         * A socket can be reached from outside now, or at another address than before.
         *
         * @param local the socket, as it was given
         * @param gateway the router's address inside, and the port where it was asked
         * @param external the address outside: public and unicast, as far as addresses tell
         */
        void onPort(InetSocketAddress local, InetSocketAddress gateway, InetSocketAddress external);

        /** What the last {@link #onPort} for this socket said is no longer so. */
        void onPortLost(InetSocketAddress local);
    }

    private static final Logger LOG = LoggerFactory.getLogger(RouterPorts.class);
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final SecureRandom RANDOM = new SecureRandom();

    /** How exactly an exchange's end is kept. */
    private static final Duration TICK = Duration.ofMillis(50);

    /** Over the thread's own limit, {@link PortLease#RELEASE_LIMIT}. */
    private static final long JOIN_MILLIS = 600;

    /** Where the router of a local address is asked; empty if it has none. */
    @FunctionalInterface
    interface GatewayFinder {
        Optional<InetSocketAddress> find(Inet4Address local);
    }

    private record Router(Inet4Address gateway, PortProtocol protocol) {}

    private record Opened(Inet4Address gateway, PortOpening opening) {}

    private final Set<PortProtocol> protocols;
    private final Listener listener;
    private final GatewayFinder gateways;
    private final HandlerGate gate = new HandlerGate();
    private final @Nullable Selector selector;
    private final @Nullable Thread thread;
    private volatile boolean closed;

    /** Ports thread only, as the next. */
    private final List<Opened> openings = new ArrayList<>();

    private final Map<Router, EpochWatch> epochs = new HashMap<>();

    /**
     * Asks by every protocol. Returns at once.
     *
     * @param sockets bound UDP sockets; those without a private IPv4 address are left out
     */
    public RouterPorts(List<InetSocketAddress> sockets, Listener listener) {
        this(sockets, EnumSet.allOf(PortProtocol.class), listener);
    }

    /**
     * Asks by these protocols only. Returns at once.
     *
     * @throws TransportException if the system has no more file descriptors
     */
    public RouterPorts(List<InetSocketAddress> sockets, Set<PortProtocol> protocols, Listener listener) {
        this(
                sockets.stream().filter(RouterPorts::isBehindRouter).toList(),
                protocols,
                listener,
                local -> Gateways.of(local).map(gateway -> new InetSocketAddress(gateway, GatewayLink.PORT)));
    }

    RouterPorts(
            List<InetSocketAddress> sockets, Set<PortProtocol> protocols, Listener listener, GatewayFinder gateways) {
        this.protocols = Set.copyOf(protocols);
        this.listener = listener;
        this.gateways = gateways;
        List<InetSocketAddress> behind = sockets.stream().distinct().toList();
        if (behind.isEmpty()) {
            selector = null;
            thread = null;
            return;
        }
        Selector opened;
        try {
            opened = Selector.open();
        } catch (IOException e) {
            throw new TransportException("Can not ask the router to open ports: " + e.getMessage(), e);
        }
        selector = opened;
        thread = new Thread(() -> run(opened, behind), "culvert-ports-" + NUMBERS.incrementAndGet());
        thread.setDaemon(true);
        thread.start();
    }

    private static boolean isBehindRouter(InetSocketAddress socket) {
        return socket.getPort() != 0 && socket.getAddress() instanceof Inet4Address address && Ipv4.isPrivate(address);
    }

    private void run(Selector selector, List<InetSocketAddress> sockets) {
        try (selector) {
            try {
                sockets.forEach(socket -> open(selector, socket));
                if (!openings.isEmpty()) {
                    workUntilClosed(selector);
                }
            } finally {
                closeChannels(selector); // closing the selector does not
            }
        } catch (IOException | RuntimeException | Error e) {
            LOG.error("No router is asked for ports any more", e);
        }
    }

    private void open(Selector selector, InetSocketAddress socket) {
        Inet4Address local = (Inet4Address) socket.getAddress();
        Optional<InetSocketAddress> found = gateways.find(local);
        if (found.isEmpty()) {
            LOG.debug("No router for {}", socket);
            return;
        }
        InetSocketAddress asked = found.get();
        try {
            openings.add(new Opened((Inet4Address) asked.getAddress(), connect(selector, socket, local, asked)));
        } catch (IOException e) {
            LOG.warn("Can not ask the router {} for a port: {}", asked, e.getMessage());
        }
    }

    private PortOpening connect(
            Selector selector, InetSocketAddress socket, Inet4Address local, InetSocketAddress asked)
            throws IOException {
        Inet4Address gateway = (Inet4Address) asked.getAddress();
        int port = socket.getPort();
        Map<PortProtocol, PortClient> clients = new EnumMap<>(PortProtocol.class);
        PortOpening opening = new PortOpening(socket, clients, new Outlet(asked, gateway), System.nanoTime());
        Dispatch dispatch = new Dispatch(opening);
        GatewayLink link = new GatewayLink(selector, local, asked, dispatch);
        dispatch.pcp = new PcpClient(link, local, port, opening, RANDOM);
        dispatch.natPmp = new NatPmpClient(link, port, opening);
        clients.put(PortProtocol.PCP, dispatch.pcp);
        clients.put(PortProtocol.NAT_PMP, dispatch.natPmp);
        clients.put(PortProtocol.UPNP, new UpnpClient(selector, local, port, gateway, opening, RANDOM));
        clients.keySet().retainAll(protocols);
        return opening;
    }

    private void workUntilClosed(Selector selector) throws IOException {
        long endNanos = 0;
        boolean closing = false;
        while (true) {
            long now = System.nanoTime();
            if (closed && !closing) {
                closing = true;
                endNanos = now + PortLease.RELEASE_LIMIT.toNanos();
                openings.forEach(opened -> opened.opening().close(now));
            }
            openings.forEach(opened -> opened.opening().poll(now));
            if (closing
                    && (now - endNanos >= 0
                            || openings.stream().allMatch(o -> o.opening().isClosed()))) {
                return;
            }
            await(selector, System.nanoTime());
        }
    }

    private void await(Selector selector, long now) throws IOException {
        long wait = Long.MAX_VALUE;
        for (SelectionKey key : List.copyOf(selector.keys())) {
            if (key.attachment() instanceof HttpExchange exchange && key.isValid()) {
                exchange.onTime(now);
                wait = TICK.toNanos();
            }
        }
        for (Opened opened : openings) {
            Optional<Long> next = opened.opening().nextNanos();
            if (next.isPresent()) {
                wait = Math.min(wait, next.get() - now);
            }
        }
        boolean interrupted = Thread.interrupted(); // nobody may; left set, it would keep us from waiting
        if (wait <= 0 || interrupted) {
            selector.selectNow(RouterPorts::handle);
        } else {
            selector.select(RouterPorts::handle, wait == Long.MAX_VALUE ? 0 : wait / 1_000_000 + 1);
        }
    }

    private static void handle(SelectionKey key) {
        if (key.isValid() && key.attachment() instanceof SelectorTask task) {
            try {
                task.onReady(key, System.nanoTime());
            } catch (RuntimeException e) {
                LOG.error("What a router sent could not be handled; it is heard there no more", e);
                close(key);
            }
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            LOG.debug("A socket could not be closed", e);
        }
    }

    private static void closeChannels(Selector selector) {
        List.copyOf(selector.keys()).forEach(RouterPorts::close);
    }

    /** Gives what comes from a router to whom it is for. */
    private static final class Dispatch implements GatewayLink.Receiver {
        private final PortOpening opening;
        private @Nullable PcpClient pcp;
        private @Nullable NatPmpClient natPmp;

        Dispatch(PortOpening opening) {
            this.opening = opening;
        }

        @Override
        public void onDatagram(ByteBuffer datagram, long nowNanos) {
            PcpClient toPcp = pcp;
            NatPmpClient toNatPmp = natPmp;
            if (toPcp == null || toNatPmp == null) {
                return;
            }
            Pcp.parse(datagram).ifPresent(response -> toPcp.onResponse(response, nowNanos));
            NatPmp.parse(datagram).ifPresent(response -> {
                if (isAboutPcp(response)) {
                    opening.absent(PortProtocol.PCP, nowNanos);
                } else {
                    toNatPmp.onResponse(response, nowNanos);
                }
            });
        }

        /** A router that knows only NAT-PMP answers PCP like this (RFC 6887 appendix A). Ours has its version. */
        private static boolean isAboutPcp(NatPmp.Response response) {
            return response instanceof NatPmp.Refusal refusal && refusal.resultCode() == NatPmp.UNSUPPORTED_VERSION;
        }

        @Override
        public void onUnreachable(long nowNanos) {
            opening.absent(PortProtocol.PCP, nowNanos);
            opening.absent(PortProtocol.NAT_PMP, nowNanos);
        }
    }

    /** Tells the listener, and everybody behind a router when that has forgotten its mappings. */
    private final class Outlet implements PortOpening.Output {
        private final InetSocketAddress asked;
        private final Inet4Address gateway;

        Outlet(InetSocketAddress asked, Inet4Address gateway) {
            this.asked = asked;
            this.gateway = gateway;
        }

        @Override
        public void onPort(InetSocketAddress local, InetSocketAddress external) {
            tell(() -> listener.onPort(local, asked, external));
        }

        @Override
        public void onPortLost(InetSocketAddress local) {
            tell(() -> listener.onPortLost(local));
        }

        @Override
        public void onEpoch(PortProtocol protocol, long epochSeconds, long nowNanos) {
            EpochWatch watch = epochs.computeIfAbsent(new Router(gateway, protocol), router -> new EpochWatch());
            if (watch.isReset(epochSeconds, nowNanos)) {
                openings.stream()
                        .filter(opened -> opened.gateway().equals(gateway))
                        .forEach(opened -> opened.opening().askAgain(protocol, nowNanos));
            }
        }
    }

    private void tell(Runnable event) {
        if (!gate.enter()) {
            return;
        }
        try {
            event.run();
        } catch (RuntimeException e) {
            LOG.error("The listener for router ports failed", e);
        } finally {
            gate.leave();
        }
    }

    /**
     * Removes the mappings; waits for the routers' answers, but at most 500 ms, and for a listener that is running at
     * most a second. Idempotent, from any thread, from the listener too. No event comes afterwards.
     */
    @Override
    public void close() {
        gate.close();
        closed = true;
        if (selector == null || thread == null) {
            return;
        }
        selector.wakeup();
        if (Thread.currentThread() == thread) {
            return; // the rest follows the event
        }
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it ends by itself
        }
    }
}
