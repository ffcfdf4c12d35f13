package dev.culvert.ice;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.ice.internal.HandlerGate;
import dev.culvert.ice.internal.ReflexiveDiscovery.Mapping;
import dev.culvert.ice.internal.ice4j.IceAgent;
import dev.culvert.transport.ConnectionState;
import dev.culvert.transport.NoUsableAddressException;
import dev.culvert.transport.TransportClosedException;
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
 * relayed one as a TURN server grants it, and tells of them in one description, as they come, or first the one and then
 * the other. Its listener is called on the STUN thread. Thread-safe.
 */
final class Gathering implements ReflexiveProber.Follower, ContextRelay.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Gathering.class);

    /**
     * How much longer a relay is waited for once STUN servers have answered: then UDP gets out, and a TURN server that is
     * there answers about as soon; it has to be asked twice.
     */
    private static final Duration RELAY_GRACE = Duration.ofMillis(500);

    /** When the description is made. */
    private enum Mode {
        /** At the end. */
        WHOLE,
        /** When nothing else is about to come; the listener hears of what comes later. */
        SOON,
        /** At once; the listener hears of everything else. */
        TRICKLING
    }

    private final ContextState state;
    private final ContextAgent agent;
    private final ScheduledExecutorService stunThread;
    private final Consumer<RuntimeException> onFailure;
    private final HandlerGate gate = new HandlerGate();
    private final CompletableFuture<IceDescription> done = new CompletableFuture<>();

    /** What the peer has been told of; null until the first description is made. */
    @GuardedBy("this")
    private @Nullable Set<IceCandidate> told;

    /** The description is wanted now, of whatever there is, but not without any candidate. */
    @GuardedBy("this")
    private boolean due;

    @GuardedBy("this")
    private boolean relayWanted;

    /** No TURN server has granted a relay so far; they are asked again. */
    @GuardedBy("this")
    private boolean relayLate;

    @GuardedBy("this")
    private boolean reflexiveEnded;

    @GuardedBy("this")
    private boolean ended;

    private volatile Mode mode = Mode.WHOLE;
    private volatile @Nullable ScheduledFuture<?> relayTimer;
    private volatile @Nullable ScheduledFuture<?> soonTimer;
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

    /** Completes when no other candidate is about to come, and goes on until the time-out; the listener hears of the rest. */
    CompletableFuture<IceDescription> soon(
            ReflexiveProber prober, Duration soon, Duration timeout, CandidateListener toTell) {
        mode = Mode.SOON;
        listener = toTell;
        // There: what is known at once would come on this thread, beside what the timer tells.
        boolean taken = Tasks.tryExecute(stunThread, () -> {
            soonTimer = Tasks.trySchedule(stunThread, this::describe, soon);
            begin(prober, timeout);
            if (agent.current() == null) {
                cancelTimers(); // close has missed those just set
            }
        });
        if (!taken) {
            onFailure.accept(new TransportClosedException("The endpoint"));
        }
        return done;
    }

    /** Returns what is known now; the listener hears of the rest, unless the description is complete. */
    IceDescription trickling(ReflexiveProber prober, Duration timeout, CandidateListener toTell) {
        mode = Mode.TRICKLING;
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
            relayTimer = Tasks.trySchedule(stunThread, this::endRelay, timeout);
        } else {
            endRelay();
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
        endRelay();
    }

    @Override
    public void onEnd(boolean answered) {
        boolean late;
        synchronized (this) {
            reflexiveEnded = true;
            late = relayLate;
        }
        if (late) {
            describe();
        } else if (answered && mode == Mode.SOON) {
            var unused = Tasks.trySchedule(stunThread, this::describe, RELAY_GRACE);
        } else if (answered && mode == Mode.WHOLE) {
            var unused = Tasks.trySchedule(stunThread, this::endRelay, RELAY_GRACE);
        }
        endIfAll();
    }

    @Override
    public boolean onNoRelay(boolean refused) {
        boolean again;
        boolean last;
        synchronized (this) {
            again = mode == Mode.SOON && relayWanted && !refused;
            relayLate |= again;
            last = again && reflexiveEnded;
        }
        if (!again) {
            endRelay();
        } else if (last) {
            describe();
        }
        return again;
    }

    @Override
    public synchronized boolean isWaiting() {
        return relayWanted;
    }

    /** No relay is waited for any more. */
    private void endRelay() {
        synchronized (this) {
            relayWanted = false;
        }
        endIfAll();
    }

    /** Makes the description if there is something to tell, or else when there is. */
    private void describe() {
        IceAgent current = agent.current();
        if (current == null) {
            return;
        }
        try {
            IceDescription description;
            synchronized (this) { // or else what is added meanwhile would be neither in it nor told of
                due = true;
                description = current.describeLocal(false).with(agent.natProfile());
                if (ended || told != null || description.candidates().isEmpty()) {
                    return;
                }
                told = new HashSet<>(description.candidates());
            }
            state.transition(ConnectionState.GATHERED);
            done.complete(description);
        } catch (RuntimeException e) {
            onFailure.accept(e);
        }
    }

    private void endIfAll() {
        boolean described;
        synchronized (this) {
            if (ended || relayWanted || !reflexiveEnded) {
                return;
            }
            described = told != null;
            ended = true;
        }
        cancelTimers();
        IceAgent current = agent.current();
        if (current == null) {
            return;
        }
        try {
            CandidateListener toTell = listener;
            if (described && toTell != null) {
                call(toTell::onEndOfCandidates);
                return;
            }
            IceDescription description = current.describeLocal(true).with(agent.natProfile());
            if (description.candidates().isEmpty() && agent.relay().isOnlyWay()) {
                throw new NoUsableAddressException("No TURN server relays for us within the time, and relayOnly allows"
                        + " nothing else: " + agent.relay().refusals());
            }
            if (mode != Mode.TRICKLING) {
                state.transition(ConnectionState.GATHERED);
            }
            done.complete(description);
        } catch (RuntimeException e) {
            onFailure.accept(e);
        }
    }

    /** Tells of what is new in a description; of peer-reflexive ones not, which the peer has found itself. */
    void tellNew(IceDescription now) {
        List<IceCandidate> fresh = new ArrayList<>();
        boolean waitedFor;
        synchronized (this) {
            if (ended) {
                return;
            }
            Set<IceCandidate> known = told;
            waitedFor = due && known == null;
            if (known != null) {
                now.candidates().stream()
                        .filter(candidate -> candidate.type() != CandidateType.PEER_REFLEXIVE)
                        .filter(known::add)
                        .forEach(fresh::add);
            }
        }
        if (waitedFor) {
            describe();
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

    private void cancelTimers() {
        cancel(relayTimer);
        cancel(soonTimer);
    }

    private static void cancel(@Nullable ScheduledFuture<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /** Lets no further call of the listener begin. */
    void close() {
        cancelTimers();
        if (!gate.close()) {
            LOG.warn("A candidate listener is still running a second after close; no other call will begin");
        }
    }
}
