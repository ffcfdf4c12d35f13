package org.ice4j.stack;

import java.io.IOException;
import org.ice4j.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * Sends through a {@link StunOutput} instead of through connectors with a socket and a thread each. The first sending
 * of a request is held back until its repetition is scheduled: an answer that came in between would cancel nothing.
 */
final class MuxNetAccess extends NetAccessManager {
    /** Of the thread that is inside {@link #hold}. */
    private static final ThreadLocal<Held> HELD = new ThreadLocal<>();

    /** What a request's first sending was, if it came to it. */
    private static final class Held {
        private @Nullable Runnable discard;
        private @Nullable Sending sending;
    }

    /** One sending that waits. */
    @FunctionalInterface
    private interface Sending {
        void go() throws IOException;
    }

    /** Starts a transaction. */
    @FunctionalInterface
    interface Start<T> {
        T run() throws IOException;
    }

    private final MuxStunStack stack;
    private final StunOutput output;

    MuxNetAccess(MuxStunStack stack, StunOutput output) {
        super(stack);
        this.stack = stack;
        this.output = output;
    }

    /** Starts a transaction and sends its request only then. If that fails, nothing of the transaction stays. */
    <T> T hold(Start<T> start) throws IOException {
        Held held = new Held();
        HELD.set(held);
        T started;
        try {
            started = start.run();
        } finally {
            HELD.remove();
        }
        if (held.sending != null && held.discard != null) {
            try {
                stack.requireAlive();
                held.sending.go();
            } catch (IOException | RuntimeException e) {
                held.discard.run();
                throw e;
            }
        }
        return started;
    }

    @Override
    void sendMessage(byte[] bytes, TransportAddress local, TransportAddress remote) throws IOException {
        Held held = HELD.get();
        if (held == null) {
            output.send(bytes, local, remote);
            return;
        }
        StunClientTransaction transaction = stack.transactionOf(bytes);
        held.sending = () -> output.send(bytes, local, remote);
        held.discard = () -> {
            if (transaction != null) {
                transaction.cancel();
                stack.removeClientTransaction(transaction);
            }
        };
    }
}
