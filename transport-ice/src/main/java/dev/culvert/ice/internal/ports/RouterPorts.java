package dev.culvert.ice.internal.ports;

import dev.culvert.ice.internal.HandlerGate;
import dev.culvert.transport.TransportException;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.util.EnumSet;
import java.util.List;
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

    /** Over the thread's own limit, {@link PortLease#RELEASE_LIMIT}. */
    private static final long JOIN_MILLIS = 600;

    private final Listener listener;
    private final HandlerGate gate = new HandlerGate();
    private final @Nullable Selector selector;
    private final @Nullable Thread thread;
    private volatile boolean closed;

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
            List<InetSocketAddress> sockets,
            Set<PortProtocol> protocols,
            Listener listener,
            PortsLoop.GatewayFinder gateways) {
        this.listener = listener;
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
        PortsLoop loop = new PortsLoop(opened, behind, protocols, gateways, new Gated(), () -> closed);
        thread = new Thread(loop, "culvert-ports-" + NUMBERS.incrementAndGet());
        thread.setDaemon(true);
        thread.start();
    }

    private static boolean isBehindRouter(InetSocketAddress socket) {
        return socket.getPort() != 0 && socket.getAddress() instanceof Inet4Address address && Ipv4.isPrivate(address);
    }

    /** Lets nothing through after the end, and nothing that the listener throws. */
    private final class Gated implements Listener {
        @Override
        public void onPort(InetSocketAddress local, InetSocketAddress gateway, InetSocketAddress external) {
            tell(() -> listener.onPort(local, gateway, external));
        }

        @Override
        public void onPortLost(InetSocketAddress local) {
            tell(() -> listener.onPortLost(local));
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
