package dev.culvert.ice.internal.turn;

import dev.culvert.ice.internal.TransactionId;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** One request to a TURN server, sent until it is answered or given up. Owned by its {@link Allocation}. */
final class Exchange {
    /** What is asked for. */
    enum Kind {
        ALLOCATE,
        REFRESH,
        PERMIT,
        BIND,
        DELETE
    }

    final Kind kind;

    /** Whom it is about; null for the allocation itself. */
    final @Nullable InetSocketAddress peer;

    final TransactionId id;
    final byte[] message;

    /** Whether it was signed; an answer must then be, too. */
    final boolean signed;

    /** How many times the server has wanted it said anew, with another nonce. */
    final int challenges;

    int sends;
    long nextNanos;

    Exchange(
            Kind kind,
            @Nullable InetSocketAddress peer,
            TransactionId id,
            byte[] message,
            boolean signed,
            int challenges,
            long nowNanos) {
        this.kind = kind;
        this.peer = peer;
        this.id = id;
        this.message = message;
        this.signed = signed;
        this.challenges = challenges;
        nextNanos = nowNanos;
    }
}
