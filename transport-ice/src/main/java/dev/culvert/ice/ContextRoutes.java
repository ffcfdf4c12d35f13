package dev.culvert.ice;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.ice.internal.TransactionId;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What one context has entered into its endpoint's tables, so that every entry leaves with it: the addresses it has
 * validated and the transactions it has begun. Both are bounded. Thread-safe.
 */
final class ContextRoutes {
    /** A peer is seen from one address for each of its candidates and NAT mappings; more is an attack or a defect. */
    static final int MAX_ROUTES = 2 * IceDescription.MAX_CANDIDATES;

    /** Checks in flight: the whole check list (100 pairs) and consent, twice over, and the context's own checks. */
    static final int MAX_TRANSACTIONS = 256 + OwnChecks.MAX_PENDING;

    private final IceContext context;
    private final ContextTable table;

    @GuardedBy("this")
    private final Set<Path> routes = new HashSet<>();

    @GuardedBy("this")
    private final Set<TransactionId> transactions = new LinkedHashSet<>();

    @GuardedBy("this")
    private boolean closed;

    ContextRoutes(IceContext context, ContextTable table) {
        this.context = context;
        this.table = table;
    }

    /** What became of an address that proved itself. */
    enum Verdict {
        /** Its data is the context's from now on. */
        OURS,
        /** Its data over this socket is another context's, for as long as that lives. */
        TAKEN,
        /** The context has too many addresses already. */
        TOO_MANY
    }

    /**
     * The address proved itself.
     *
     * @param answered whether by an answer to a check of ours, rather than by a request of its own
     */
    synchronized Verdict validate(EndpointSocket socket, InetSocketAddress remote, boolean answered) {
        if (closed) {
            return Verdict.OURS;
        }
        boolean known = has(socket, remote);
        if (!known && routes.size() >= MAX_ROUTES) {
            return Verdict.TOO_MANY;
        }
        if (!socket.claim(remote, context, answered, System.nanoTime())) {
            return Verdict.TAKEN;
        }
        routes.add(new Path(socket, remote));
        return Verdict.OURS;
    }

    /** A request goes out: its response will be the context's. */
    synchronized void begin(TransactionId id, InetSocketAddress local, InetSocketAddress remote) {
        if (closed || !table.begin(id, context, local, remote, System.nanoTime())) {
            return;
        }
        transactions.add(id);
        if (transactions.size() > MAX_TRANSACTIONS) {
            TransactionId oldest = transactions.iterator().next();
            transactions.remove(oldest);
            table.end(oldest);
        }
    }

    /** The socket is gone. */
    synchronized void releaseAll(EndpointSocket socket) {
        routes.removeIf(route -> {
            boolean over = route.socket() == socket;
            if (over) {
                socket.release(route.remote(), context);
            }
            return over;
        });
    }

    /** Whether the data from there is the context's. */
    boolean has(EndpointSocket socket, InetSocketAddress remote) {
        return socket.route(remote) == context;
    }

    /** A request was answered, or no answer is waited for any more. */
    synchronized void end(TransactionId id) {
        table.end(id);
        transactions.remove(id);
    }

    /** Takes every entry out; later ones are not made. Idempotent. */
    synchronized void close() {
        closed = true;
        routes.forEach(route -> route.socket().release(route.remote(), context));
        routes.clear();
        transactions.forEach(table::end);
        transactions.clear();
    }
}
