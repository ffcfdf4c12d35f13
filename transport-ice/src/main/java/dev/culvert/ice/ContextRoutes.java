package dev.culvert.ice;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.ice.internal.TransactionId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
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

    /**
     * Longer than ice4j repeats a request, and an answer takes: what nobody answers is forgotten with the next request
     * after that. ice4j tells of none that it gives up, and may even repeat one that was answered just now.
     */
    static final Duration TRANSACTION_LIFE = Duration.ofSeconds(10);

    private final IceContext context;
    private final ContextTable table;

    @GuardedBy("this")
    private final Set<Path> routes = new HashSet<>();

    @GuardedBy("this")
    private final Map<TransactionId, Long> transactions =
            new LinkedHashMap<>(); // with when each began, the oldest first

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
    synchronized void begin(TransactionId id, InetSocketAddress local, InetSocketAddress remote, long nowNanos) {
        if (closed || !table.begin(id, context, local, remote, nowNanos)) {
            return;
        }
        transactions.put(id, nowNanos);
        forgetOld(nowNanos);
    }

    @GuardedBy("this")
    private void forgetOld(long nowNanos) {
        Iterator<Map.Entry<TransactionId, Long>> oldest =
                transactions.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<TransactionId, Long> entry = oldest.next();
            if (transactions.size() <= MAX_TRANSACTIONS && nowNanos - entry.getValue() < TRANSACTION_LIFE.toNanos()) {
                return;
            }
            oldest.remove();
            table.end(entry.getKey());
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
        transactions.keySet().forEach(table::end);
        transactions.clear();
    }
}
