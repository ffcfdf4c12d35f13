package dev.culvert.ice;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.ice.internal.HandlerGate;
import dev.culvert.ice.internal.ReflexiveDiscovery.Mapping;
import dev.culvert.ice.internal.ice4j.IceAgent;
import dev.culvert.transport.ConnectionState;
import dev.culvert.transport.NoUsableAddressException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds one context's local candidates: the host's at once, the reflexive ones as the endpoint's STUN servers answer, a
 * relayed one as a TURN server grants it, and tells of them in one description or as they come. Its listener is called on the STUN thread. Thread-safe.
 */
final class Gathering implements ReflexiveProber.Follower, ContextRelay.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Gathering.class);

    /**
     * How much longer a relay is waited for once STUN servers have answered: then UDP gets out, and a TURN server that is
     * there answers about as soon; it has to be asked twice.
     */
    private static final Duration RELAY_GRACE = Duration.ofMillis(500);

    private final ContextState state;
    private final ContextAgent agent;
    private final ScheduledExecutorService stunThread;
    private final Consumer<RuntimeException> onFailure;
    private final HandlerGate gate = new HandlerGate();
    private final CompletableFuture<IceDescription> done = new CompletableFuture<>();

    /** What the peer has been told of; null until the first description is made. */
    @GuardedBy("this")
    private @Nullable Set<IceCandidate> told;

    @GuardedBy("this")
    private boolean relayWanted;

    @GuardedBy("this")
    private boolean reflexiveEnded;

    @GuardedBy("this")
    private boolean ended;

    private volatile @Nullable ScheduledFuture<?> relayTimer;

    private volatile @Nullable CandidateListener listener;

    Gathering(
            ContextState state,
            ContextAgent agent,
            ScheduledExecutorService stunThread,
            Consumer<RuntimeException> onFailure) {
        this.state = state;
        this.agent = agent;
        this.stunThread = stunThread;
        this.onFailure = onFailure;
    }

    /** Completes when the last candidate is known or the time-out has passed. */
    CompletableFuture<IceDescription> whole(ReflexiveProber prober, Duration timeout) {
        begin(prober, timeout);
        return done;
    }

    /** Returns what is known now; the listener hears of the rest, unless the description is complete. */
    IceDescription trickling(ReflexiveProber prober, Duration timeout, CandidateListener toTell) {
        listener = toTell;
        begin(prober, timeout);
        synchronized (this) {
            IceDescription first = agent.require().describeLocal(ended).with(agent.natProfile());
            told = new HashSet<>(first.candidates());
            state.transition(ConnectionState.GATHERED);
            return first;
        }
    }

    private void begin(ReflexiveProber prober, Duration timeout) {
        synchronized (this) {
            relayWanted = true;
        }
        if (agent.relay().gather(this)) {
            relayTimer = Tasks.trySchedule(stunThread, this::onRelaysTried, timeout);
        } else {
            onRelaysTried();
        }
        prober.follow(timeout, this);
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
    public void onRelay(EndpointSocket relay, InetSocketAddress server) {
        IceAgent current = agent.current();
        if (current == null) {
            return;
        }
        try {
            current.addRelayed(relay.localAddress(), server);
            tellNew(current.describeLocal(false));
        } catch (RuntimeException e) {
            onFailure.accept(e);
        }
    }

    @Override
    public void onEnd(boolean answered) {
        synchronized (this) {
            reflexiveEnded = true;
        }
        if (answered && listener == null) { // whoever hears of candidates one by one can wait for a slow relay
            var unused = Tasks.trySchedule(stunThread, this::onRelaysTried, RELAY_GRACE);
        }
        endIfAll();
    }

    @Override
    public void onRelaysTried() {
        synchronized (this) {
            relayWanted = false;
        }
        endIfAll();
    }

    private void endIfAll() {
        boolean tell;
        synchronized (this) {
            if (ended || relayWanted || !reflexiveEnded) {
                return;
            }
            tell = told != null;
            ended = true;
        }
        cancelTimer();
        IceAgent current = agent.current();
        if (current == null) {
            return;
        }
        try {
            IceDescription description = current.describeLocal(true).with(agent.natProfile());
            if (description.candidates().isEmpty() && agent.relay().isOnlyWay()) {
                throw new NoUsableAddressException("No TURN server relays for us within the time, and relayOnly allows"
                        + " nothing else: " + agent.relay().refusals());
            }
            CandidateListener toTell = listener;
            if (toTell == null) {
                state.transition(ConnectionState.GATHERED);
            } else if (tell) {
                call(toTell::onEndOfCandidates);
            }
            done.complete(description);
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

    private void cancelTimer() {
        ScheduledFuture<?> timer = relayTimer;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /** Lets no further call of the listener begin. */
    void close() {
        cancelTimer();
        if (!gate.close()) {
            LOG.warn("A candidate listener is still running a second after close; no other call will begin");
        }
    }
}
