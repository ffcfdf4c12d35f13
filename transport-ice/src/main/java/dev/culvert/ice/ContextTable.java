package dev.culvert.ice;

import dev.culvert.ice.internal.TransactionId;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Whose a STUN message is: requests by the local ufrag, responses by the transaction. Thread-safe. A context removes
 * its entries when it ends.
 */
final class ContextTable {
    /** A request on its way: a response counts only from where the request went, to where it came from. */
    static final class Transaction {
        private final IceContext context;
        private final InetSocketAddress local;
        private final InetSocketAddress remote;
        private final long sentNanos;
        private volatile boolean repeated;

        private Transaction(IceContext context, InetSocketAddress local, InetSocketAddress remote, long sentNanos) {
            this.context = context;
            this.local = local;
            this.remote = remote;
            this.sentNanos = sentNanos;
        }

        IceContext context() {
            return context;
        }

        /** The time to the answer; -1 if the request was repeated, as nobody knows which sending was answered. */
        long roundTripNanos(long receivedNanos) {
            return repeated ? -1 : Math.max(0, receivedNanos - sentNanos);
        }
    }

    private final Map<String, IceContext> byUfrag = new ConcurrentHashMap<>();
    private final Map<TransactionId, Transaction> transactions = new ConcurrentHashMap<>();

    /** Whether the ufrag was free and is now the context's. */
    boolean register(String ufrag, IceContext context) {
        return byUfrag.putIfAbsent(ufrag, context) == null;
    }

    void unregister(String ufrag, IceContext context) {
        byUfrag.remove(ufrag, context);
    }

    @Nullable
    IceContext byUfrag(String ufrag) {
        return byUfrag.get(ufrag);
    }

    /** Whether the transaction is new; a repeated request is not. */
    boolean begin(
            TransactionId id, IceContext context, InetSocketAddress local, InetSocketAddress remote, long nowNanos) {
        Transaction begun = transactions.putIfAbsent(id, new Transaction(context, local, remote, nowNanos));
        if (begun != null) {
            begun.repeated = true;
        }
        return begun == null;
    }

    /** The request that is answered, if it went from {@code local} to {@code from}. */
    @Nullable
    Transaction transaction(TransactionId id, InetSocketAddress local, InetSocketAddress from) {
        Transaction transaction = transactions.get(id);
        if (transaction == null || !transaction.local.equals(local) || !transaction.remote.equals(from)) {
            return null;
        }
        return transaction;
    }

    void end(TransactionId id) {
        transactions.remove(id);
    }

    int size() {
        return byUfrag.size();
    }

    int transactionCount() {
        return transactions.size();
    }
}
