package dev.culvert.ice.internal.ports;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the ports thread does, and all that it owns: the selector, the sockets towards the routers and the course of each
 * port. It ends when it is told to, when there is no router, or by a defect, and closes everything.
 */
final class PortsLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(PortsLoop.class);
    private static final SecureRandom RANDOM = new SecureRandom();

    /** How exactly an exchange's end is kept. */
    private static final Duration TICK = Duration.ofMillis(50);

    /** Where the router of a local address is asked; empty if it has none. */
    @FunctionalInterface
    interface GatewayFinder {
        Optional<InetSocketAddress> find(Inet4Address local);
    }

    private record Router(Inet4Address gateway, PortProtocol protocol) {}

    private record Opened(Inet4Address gateway, PortOpening opening) {}

    private final Selector selector;
    private final List<InetSocketAddress> sockets;
    private final Set<PortProtocol> protocols;
    private final GatewayFinder gateways;
    private final RouterPorts.Listener listener;
    private final BooleanSupplier closed;
    private final List<Opened> openings = new ArrayList<>();
    private final Map<Router, EpochWatch> epochs = new HashMap<>();

    /**
     * One that has yet to run.
     *
     * @param selector closed by the loop
     * @param closed asked after each wake-up of the selector
     */
    PortsLoop(
            Selector selector,
            List<InetSocketAddress> sockets,
            Set<PortProtocol> protocols,
            GatewayFinder gateways,
            RouterPorts.Listener listener,
            BooleanSupplier closed) {
        this.selector = selector;
        this.sockets = sockets;
        this.protocols = Set.copyOf(protocols);
        this.gateways = gateways;
        this.listener = listener;
        this.closed = closed;
    }

    @Override
    public void run() {
        try (selector) {
            try {
                sockets.forEach(this::open);
                if (!openings.isEmpty()) {
                    workUntilClosed();
                }
            } finally {
                closeChannels(); // closing the selector does not
            }
        } catch (IOException | RuntimeException | Error e) {
            LOG.error("No router is asked for ports any more", e);
        }
    }

    private void open(InetSocketAddress socket) {
        Inet4Address local = (Inet4Address) socket.getAddress();
        Optional<InetSocketAddress> found = gateways.find(local);
        if (found.isEmpty()) {
            LOG.debug("No router for {}", socket);
            return;
        }
        InetSocketAddress asked = found.get();
        try {
            openings.add(new Opened((Inet4Address) asked.getAddress(), connect(socket, local, asked)));
        } catch (IOException e) {
            LOG.warn("Can not ask the router {} for a port: {}", asked, e.getMessage());
        }
    }

    private PortOpening connect(InetSocketAddress socket, Inet4Address local, InetSocketAddress asked)
            throws IOException {
        Inet4Address gateway = (Inet4Address) asked.getAddress();
        int port = socket.getPort();
        Map<PortProtocol, PortClient> clients = new EnumMap<>(PortProtocol.class);
        PortOpening opening = new PortOpening(socket, clients, new Outlet(asked, gateway), System.nanoTime());
        PortMailbox mailbox = new PortMailbox(opening);
        GatewayLink link = new GatewayLink(selector, local, asked, mailbox);
        PcpClient pcp = new PcpClient(link, local, port, opening, RANDOM);
        NatPmpClient natPmp = new NatPmpClient(link, port, opening);
        mailbox.deliverTo(pcp, natPmp);
        clients.put(PortProtocol.PCP, pcp);
        clients.put(PortProtocol.NAT_PMP, natPmp);
        clients.put(PortProtocol.UPNP, new UpnpClient(selector, local, port, gateway, opening, RANDOM));
        clients.keySet().retainAll(protocols);
        return opening;
    }

    private void workUntilClosed() throws IOException {
        long endNanos = 0;
        boolean closing = false;
        while (true) {
            long now = System.nanoTime();
            if (closed.getAsBoolean() && !closing) {
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
            await(System.nanoTime());
        }
    }

    private void await(long now) throws IOException {
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
            selector.selectNow(PortsLoop::handle);
        } else {
            selector.select(PortsLoop::handle, wait == Long.MAX_VALUE ? 0 : wait / 1_000_000 + 1);
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

    private void closeChannels() {
        List.copyOf(selector.keys()).forEach(PortsLoop::close);
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
            listener.onPort(local, asked, external);
        }

        @Override
        public void onPortLost(InetSocketAddress local) {
            listener.onPortLost(local);
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
}
