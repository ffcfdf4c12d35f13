package dev.culvert.ice;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.ice.internal.HandlerGate;
import dev.culvert.ice.internal.ReflexiveDiscovery.Mapping;
import dev.culvert.ice.internal.ice4j.IceAgent;
import dev.culvert.transport.ConnectionState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds one context's local candidates: the host's at once, the reflexive ones as the endpoint's STUN servers answer,
 * and tells of them in one description or as they come. Its listener is called on the STUN thread. Thread-safe.
 */
final class Gathering implements ReflexiveProber.Follower {
    private static final Logger LOG = LoggerFactory.getLogger(Gathering.class);

    private final ContextState state;
    private final ContextAgent agent;
    private final Consumer<RuntimeException> onFailure;
    private final HandlerGate gate = new HandlerGate();
    private final CompletableFuture<IceDescription> done = new CompletableFuture<>();

    /** What the peer has been told of; null until the first description is made. */
    @GuardedBy("this")
    private @Nullable Set<IceCandidate> told;

    @GuardedBy("this")
    private boolean ended;

    private volatile @Nullable CandidateListener listener;

    Gathering(ContextState state, ContextAgent agent, Consumer<RuntimeException> onFailure) {
        this.state = state;
        this.agent = agent;
        this.onFailure = onFailure;
    }

    /** Completes when the last candidate is known or the time-out has passed. */
    CompletableFuture<IceDescription> whole(ReflexiveProber prober, Duration timeout) {
        prober.follow(timeout, this);
        return done;
    }

    /** Returns what is known now; the listener hears of the rest, unless the description is complete. */
    IceDescription trickling(ReflexiveProber prober, Duration timeout, CandidateListener toTell) {
        listener = toTell;
        prober.follow(timeout, this);
        synchronized (this) {
            IceDescription first = agent.require().describeLocal(ended);
            told = new HashSet<>(first.candidates());
            state.transition(ConnectionState.GATHERED);
            return first;
        }
    }

    @Override
    public void onMapping(Mapping mapping) {
        IceAgent current = agent.current();
        if (current == null) {
            return; // closed or failed meanwhile
        }
        try {
            current.addReflexive(mapping);
            tellNew(current.describeLocal(false));
        } catch (RuntimeException e) {
            onFailure.accept(e); // or else who waits for the description would wait for ever
        }
    }

    @Override
    public void onEnd() {
        IceAgent current = agent.current();
        if (current == null) {
            return;
        }
        boolean tell;
        synchronized (this) {
            tell = told != null;
            ended = true;
        }
        try {
            CandidateListener toTell = listener;
            if (toTell == null) {
                state.transition(ConnectionState.GATHERED);
            } else if (tell) {
                call(toTell::onEndOfCandidates);
            }
            done.complete(current.describeLocal(true));
        } catch (RuntimeException e) {
            onFailure.accept(e);
        }
    }

    /** Tells of what is new in a description; of peer-reflexive ones not, which the peer has found itself. */
    void tellNew(IceDescription now) {
        List<IceCandidate> fresh = new ArrayList<>();
        synchronized (this) {
            if (told == null || ended) {
                return;
            }
            for (IceCandidate candidate : now.candidates()) {
                if (candidate.type() != CandidateType.PEER_REFLEXIVE && told.add(candidate)) {
                    fresh.add(candidate);
                }
            }
        }
        CandidateListener toTell = listener;
        if (toTell != null) {
            fresh.forEach(candidate -> call(() -> toTell.onCandidate(candidate)));
        }
    }

    private void call(Runnable callback) {
        if (!gate.enter()) {
            return;
        }
        try {
            callback.run();
        } catch (Throwable e) { // errors too: the STUN thread serves every peer
            LOG.error("A candidate listener threw", e);
        } finally {
            gate.leave();
        }
    }

    CompletableFuture<IceDescription> done() {
        return done;
    }

    /** Lets no further call of the listener begin. */
    void close() {
        if (!gate.close()) {
            LOG.warn("A candidate listener is still running a second after close; no other call will begin");
        }
    }
}
