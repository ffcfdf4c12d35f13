package dev.culvert.ice;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.TransactionId;
import dev.culvert.ice.internal.ice4j.IceAgent;
import dev.culvert.transport.TransportClosedException;
import dev.culvert.udp.UdpSendStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One context's ICE agent and its entries in the endpoint's tables: made once, given back once, whichever thread comes
 * first. Carries the agent's messages to the endpoint's sockets. Thread-safe.
 */
final class ContextAgent {
    private static final Logger LOG = LoggerFactory.getLogger(ContextAgent.class);

    private final IceContext context;
    private final IceEndpoint endpoint;
    private final DataPath data;
    private final ContextRoutes routes;
    private final OwnSockets ownSockets;
    private final ContextRelay relay;

    @GuardedBy("this")
    private @Nullable IceAgent agent;

    @GuardedBy("this")
    private boolean freed;

    ContextAgent(IceContext context, IceEndpoint endpoint, DataPath data) {
        this.context = context;
        this.endpoint = endpoint;
        this.data = data;
        routes = new ContextRoutes(context, endpoint.contexts());
        ownSockets = new OwnSockets(endpoint, context);
        relay = new ContextRelay(context, endpoint);
    }

    ContextRoutes routes() {
        return routes;
    }

    /** Takes the agent, unless the context was closed meanwhile: then it is freed at once. */
    synchronized void keep(IceAgent made) {
        if (freed) {
            endpoint.contexts().unregister(made.ufrag(), context);
            made.free();
            throw new TransportClosedException("The context");
        }
        agent = made;
    }

    /** The agent; null before gathering and after the end. */
    synchronized @Nullable IceAgent current() {
        return agent;
    }

    /** The agent, for a caller that has made it. */
    IceAgent require() {
        IceAgent now = current();
        if (now == null) {
            throw new TransportClosedException("The context");
        }
        return now;
    }

    ScheduledExecutorService stunThread() {
        return endpoint.stunThread();
    }

    ContextRelay relay() {
        return relay;
    }

    /** What a peer may know of the NATs before us. */
    NatProfile natProfile() {
        return endpoint.prober().natProfile();
    }

    /** One more socket of the context's own on an address. */
    EndpointSocket openExtra(InetAddress address, int bufferBytes) throws IOException {
        return ownSockets.openExtra(address, bufferBytes);
    }

    void closeExtra(EndpointSocket socket) {
        routes.releaseAll(socket);
        ownSockets.closeExtra(socket);
    }

    /** The sockets of the context's own, one for each address. */
    List<EndpointSocket> ownSockets() {
        return ownSockets.all();
    }

    /** The socket bound to this address: one of the endpoint's, of the context's own, or its relay. */
    @Nullable
    EndpointSocket socket(InetSocketAddress local) {
        EndpointSocket shared = endpoint.socket(local);
        if (shared != null) {
            return shared;
        }
        EndpointSocket own = ownSockets.at(local);
        return own != null ? own : relay.at(local);
    }

    /**
     * STUN thread: another context has the path over this socket, so checks go on from one of our own.
     *
     * @return what the peer may be told about it; null if there is nothing new
     */
    @Nullable
    IceDescription leave(EndpointSocket taken) {
        IceAgent now = current();
        if (now == null || endpoint.socket(taken.localAddress()) != taken) {
            return null; // a relay is one context's alone: who comes over another's has lost his way
        }
        try {
            EndpointSocket own = ownSockets.open(taken.localAddress().getAddress());
            if (own == null) {
                return null;
            }
            now.addHost(own.localAddress());
            return now.describeLocal(false);
        } catch (IOException e) {
            LOG.warn(
                    "No second socket on {}: a path that another context uses can not be used",
                    taken.localAddress(),
                    e);
            return null;
        }
    }

    /** Sends one of the agent's messages; on its threads, and on the STUN thread. */
    void send(byte[] message, InetSocketAddress local, InetSocketAddress remote) throws IOException {
        if (isFreed()) {
            return; // a repetition that ice4j cancelled too late
        }
        EndpointSocket socket = socket(local);
        if (socket == null) {
            throw new IOException("No socket is bound to " + local);
        }
        if (StunMessage.isRequest(message)) {
            if (socket.isTaken(remote, context, System.nanoTime())) {
                context.onTaken(socket);
                throw new IOException("Another context has the path from " + local + " to the same address");
            }
            routes.begin(TransactionId.of(message, 8), local, remote, System.nanoTime());
        }
        UdpSendStatus status = socket.send(ByteBuffer.wrap(message), remote);
        switch (status) {
            case SENT -> {
                // On its way.
            }
            case BUFFER_FULL -> data.count(DropCause.SEND_BUFFER_FULL); // ice4j repeats it
            case TOO_LARGE, UNREACHABLE, CLOSED -> {
                data.count(DropCause.SEND_UNREACHABLE);
                throw new IOException("Not sent: " + status);
            }
        }
    }

    private synchronized boolean isFreed() {
        return freed;
    }

    /** Gives back the agent and every table entry. Returns whether this call was the one to do it. */
    boolean free() {
        IceAgent old;
        synchronized (this) {
            if (freed) {
                return false;
            }
            freed = true;
            old = agent;
            agent = null;
        }
        routes.close();
        ownSockets.close();
        relay.close();
        if (old != null) {
            endpoint.contexts().unregister(old.ufrag(), context);
            try {
                old.free();
            } catch (RuntimeException e) {
                // Whoever waits for this context's futures must hear of its end all the same.
                LOG.warn("ice4j did not free an agent", e);
            }
        }
        return true;
    }
}
