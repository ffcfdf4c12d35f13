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
 * <p>When two contexts validate the same remote address, the later one has the route: it is the newer session.
 */
final class EndpointSocket {
    /** Receives what a socket reads, on the I/O thread. */
    @FunctionalInterface
    interface Receiver {
        void onDatagram(EndpointSocket socket, InetSocketAddress from, ByteBuffer payload);
    }

    private final Map<InetSocketAddress, IceContext> routes = new ConcurrentHashMap<>();
    private final UdpChannel channel;

    EndpointSocket(UdpPoller poller, InetAddress address, int port, int bufferBytes, Receiver receiver)
            throws IOException {
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

    /** Gives the route to a context. */
    void claim(InetSocketAddress from, IceContext context) {
        routes.put(from, context);
    }

    /** Takes the route away if the context still has it. */
    void release(InetSocketAddress from, IceContext context) {
        routes.remove(from, context);
    }

    int routeCount() {
        return routes.size();
    }
}
