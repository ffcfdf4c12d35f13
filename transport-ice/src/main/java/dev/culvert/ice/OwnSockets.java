package dev.culvert.ice;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of one context's own, at most one for each local address: opened when another context of the endpoint
 * already has a path between the shared socket and the same remote address. Read by the endpoint's I/O thread like any
 * other; closed with the context. Thread-safe.
 */
final class OwnSockets {
    private final IceEndpoint endpoint;
    private final IceContext owner;

    @GuardedBy("this")
    private final Map<InetAddress, EndpointSocket> sockets = new HashMap<>();

    /** Those of which there may be many on one address. */
    @GuardedBy("this")
    private final Map<InetSocketAddress, EndpointSocket> extra = new HashMap<>();

    @GuardedBy("this")
    private boolean closed;

    OwnSockets(IceEndpoint endpoint, IceContext owner) {
        this.endpoint = endpoint;
        this.owner = owner;
    }

    /** A new socket on this address; null if there is one already, or the context has ended. */
    synchronized @Nullable EndpointSocket open(InetAddress address) throws IOException {
        if (closed || sockets.containsKey(address)) {
            return null;
        }
        EndpointSocket socket = endpoint.openSocket(address, owner);
        sockets.put(address, socket);
        return socket;
    }

    /** One more socket on this address, however many there are. */
    synchronized EndpointSocket openExtra(InetAddress address, int bufferBytes) throws IOException {
        if (closed) {
            throw new IOException("The context has ended");
        }
        EndpointSocket socket = endpoint.openSocket(address, bufferBytes, owner);
        extra.put(socket.localAddress(), socket);
        return socket;
    }

    /** Closes one of the many. */
    synchronized void closeExtra(EndpointSocket socket) {
        if (extra.remove(socket.localAddress(), socket)) {
            socket.close();
        }
    }

    /** One for each address; of the many, none. */
    synchronized List<EndpointSocket> all() {
        return List.copyOf(sockets.values());
    }

    /** The one bound to this address and port. */
    synchronized @Nullable EndpointSocket at(InetSocketAddress local) {
        EndpointSocket socket = sockets.get(local.getAddress());
        return socket != null && socket.localAddress().equals(local) ? socket : extra.get(local);
    }

    synchronized void close() {
        closed = true;
        sockets.values().forEach(EndpointSocket::close);
        sockets.clear();
        extra.values().forEach(EndpointSocket::close);
        extra.clear();
    }
}
