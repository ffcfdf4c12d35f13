package dev.culvert.ice;

import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.TransactionId;
import dev.culvert.ice.internal.ice4j.IceAgent;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * One context's checks over paths that ice4j knows nothing of, and what is to happen when they are answered. A check is
 * sent once; who wants it repeated sends another. STUN thread only.
 */
final class OwnChecks {
    private static final SecureRandom IDS = new SecureRandom();

    /** Checks that may still be answered: those of a whole run of guessed ports. */
    static final int MAX_PENDING = 2_560;

    /** Hears of an answer. */
    @FunctionalInterface
    interface Answered {
        /** The path works in both directions; the answer tells what the peer saw us come from. */
        void onAnswered(Path path, StunMessage answer);
    }

    /** Longer than an answer takes. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private record Pending(Path path, Answered answered, long sentNanos) {}

    private final ContextAgent agent;
    private @Nullable ScheduledFuture<?> sweep;
    private final Map<TransactionId, Pending> pending = new LinkedHashMap<>();

    OwnChecks(ContextAgent agent) {
        this.agent = agent;
    }

    /**
     * Sends a check.
     *
     * @param nominating whether the path is the one to use from now on; for the controlling side to say
     */
    void send(Path path, boolean nominating, Answered answered) {
        IceAgent current = agent.current();
        if (current == null) {
            return;
        }
        TransactionId id = TransactionId.random(IDS);
        long now = System.nanoTime();
        pending.put(id, new Pending(path, answered, now));
        forgetOld(now);
        armSweep();
        current.check(path.base(), path.remote(), id, nominating);
    }

    /** What is not answered must not stay until somebody asks again. */
    private void armSweep() {
        if (sweep == null && !pending.isEmpty()) {
            long oldest = pending.values().iterator().next().sentNanos();
            long left = PATIENCE.toNanos() - (System.nanoTime() - oldest);
            sweep = Tasks.trySchedule(agent.stunThread(), this::sweep, Duration.ofNanos(Math.max(0, left)));
        }
    }

    private void sweep() {
        sweep = null;
        forgetOld(System.nanoTime());
        armSweep();
    }

    private void forgetOld(long nowNanos) {
        Iterator<Map.Entry<TransactionId, Pending>> oldest = pending.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<TransactionId, Pending> entry = oldest.next();
            if (pending.size() <= MAX_PENDING && nowNanos - entry.getValue().sentNanos() < PATIENCE.toNanos()) {
                return;
            }
            oldest.remove();
            agent.routes().end(entry.getKey());
        }
    }

    /** A check was answered, authentically and from where it was sent; returns whether it was one of these. */
    boolean onAnswer(StunMessage answer) {
        Pending check = pending.remove(answer.transactionId());
        if (check == null) {
            return false;
        }
        check.answered().onAnswered(check.path(), answer);
        return true;
    }
}
