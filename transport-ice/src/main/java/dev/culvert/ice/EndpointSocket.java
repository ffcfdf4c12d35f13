package dev.culvert.ice;

import dev.culvert.udp.UdpChannel;
import dev.culvert.udp.UdpPoller;
import dev.culvert.udp.UdpSendStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One of an endpoint's sockets and the routes over it: whose data a remote address sends. A route exists only for an
 * address that proved itself with a message authentic for that context. Routes may be read and changed by any thread.
 *
 * <p>An address belongs to the first context that validated it, until that one ends or its peer falls silent: datagrams
 * carry nothing that tells two contexts apart. The second context gets a socket of its own ({@link OwnSockets}).
 */
final class EndpointSocket {
    /** Receives what a socket reads, on the I/O thread. */
    @FunctionalInterface
    interface Receiver {
        void onDatagram(EndpointSocket socket, InetSocketAddress from, ByteBuffer payload);
    }

    private final Map<InetSocketAddress, IceContext> routes = new ConcurrentHashMap<>();
    private final UdpChannel channel;

    /** The one context that may use this socket; null for a socket that all share. */
    private final @Nullable IceContext owner;

    EndpointSocket(
            UdpPoller poller,
            InetAddress address,
            int port,
            int bufferBytes,
            @Nullable IceContext owner,
            Receiver receiver)
            throws IOException {
        this.owner = owner;
        channel = poller.bind(
                new InetSocketAddress(address, port),
                bufferBytes,
                (socket, from, payload) -> receiver.onDatagram(this, from, payload));
    }

    InetSocketAddress localAddress() {
        return channel.localAddress();
    }

    UdpSendStatus send(ByteBuffer payload, InetSocketAddress to) {
        return channel.send(payload, to);
    }

    @Nullable
    IceContext route(InetSocketAddress from) {
        return routes.get(from);
    }

    /** Gives the route to a context, unless another one has it; returns whether it is this context's now. */
    boolean claim(InetSocketAddress from, IceContext context) {
        if (owner != null && owner != context) {
            return false;
        }
        IceContext first = routes.putIfAbsent(from, context);
        if (first == null || first == context) {
            return true;
        }
        // A peer that was restarted comes back from its old address before the old session has run out.
        return first.isSilent() && routes.replace(from, first, context);
    }

    /** Whether another context has the route. */
    boolean isTaken(InetSocketAddress remote, IceContext context) {
        IceContext first = routes.get(remote);
        return first != null && first != context && !first.isSilent();
    }

    /** Takes the route away if the context still has it. */
    void release(InetSocketAddress from, IceContext context) {
        routes.remove(from, context);
    }

    int routeCount() {
        return routes.size();
    }

    /** Idempotent. */
    void close() {
        channel.close();
    }
}
