package dev.culvert.ice;

import dev.culvert.udp.IcmpError;
import dev.culvert.udp.UdpChannel;
import dev.culvert.udp.UdpPoller;
import dev.culvert.udp.UdpReceiver;
import dev.culvert.udp.UdpSendStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One of an endpoint's sockets and the routes over it: whose data a remote address sends. A route exists only for an
 * address that proved itself with a message authentic for that context. Routes may be read and changed by any thread.
 *
 * <p>An address belongs to the first context that validated it, until that one ends or its {@link Claim} yields: datagrams
 * carry nothing that tells two contexts apart. The second context gets a socket of its own ({@link OwnSockets}).
 */
final class EndpointSocket {
    /** Receives what a socket reads, on the I/O thread. */
    @FunctionalInterface
    interface Receiver {
        void onDatagram(EndpointSocket socket, InetSocketAddress from, ByteBuffer payload);
    }

    /** Names the socket to who receives for all of an endpoint; what routers report goes to the context it concerns. */
    private final class Incoming implements UdpReceiver {
        private final Receiver receiver;

        Incoming(Receiver receiver) {
            this.receiver = receiver;
        }

        @Override
        public void onDatagram(UdpChannel channel, InetSocketAddress from, ByteBuffer payload) {
            receiver.onDatagram(EndpointSocket.this, from, payload);
        }

        @Override
        public void onIcmpError(UdpChannel channel, IcmpError error) {
            IceContext context = route(error.destination());
            if (context != null) {
                context.onIcmpError(error);
            }
        }
    }

    private final Map<InetSocketAddress, Claim> routes = new ConcurrentHashMap<>();
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
        channel = poller.bind(new InetSocketAddress(address, port), bufferBytes, new Incoming(receiver));
    }

    /** A relay, which is the owner's alone. */
    EndpointSocket(UdpChannel relay, IceContext owner) {
        this.owner = owner;
        channel = relay;
    }

    InetSocketAddress localAddress() {
        return channel.localAddress();
    }

    UdpSendStatus send(ByteBuffer payload, InetSocketAddress to) {
        return channel.send(payload, to);
    }

    /** Returns how many were sent, from the first on; see {@link UdpChannel#send(List, InetSocketAddress)}. */
    int send(List<ByteBuffer> payloads, InetSocketAddress to) {
        return channel.send(payloads, to);
    }

    /** The largest IP packet that gets there in one piece, as far as is known. */
    int pathMtu(InetSocketAddress to) {
        return channel.pathMtu(to);
    }

    @Nullable
    IceContext route(InetSocketAddress from) {
        Claim claim = routes.get(from);
        return claim == null ? null : claim.context();
    }

    /**
     * Gives the route to a context, unless another one has it; returns whether it is this context's now.
     *
     * @param answered whether the address has answered a check of ours; a request alone takes nothing from anybody
     */
    boolean claim(InetSocketAddress from, IceContext context, boolean answered, long nowNanos) {
        if (owner != null && owner != context) {
            return false;
        }
        Claim claim = new Claim(context, answered, nowNanos);
        Claim first = routes.putIfAbsent(from, claim);
        if (first == null) {
            return true;
        }
        if (first.context() != context) {
            return answered && first.yields(nowNanos) && routes.replace(from, first, claim);
        }
        if (answered) {
            first.confirm();
        }
        return true;
    }

    /** Whether another context has the route, and an answer would not change that. */
    boolean isTaken(InetSocketAddress remote, IceContext context, long nowNanos) {
        Claim first = routes.get(remote);
        return first != null && first.context() != context && !first.yields(nowNanos);
    }

    /** Takes the route away if the context still has it. */
    void release(InetSocketAddress from, IceContext context) {
        Claim claim = routes.get(from);
        if (claim != null && claim.context() == context) {
            routes.remove(from, claim);
        }
    }

    int routeCount() {
        return routes.size();
    }

    /** Idempotent. */
    void close() {
        channel.close();
    }
}
