package dev.culvert.ice;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.ice.internal.ice4j.IceAgent;
import dev.culvert.transport.ConnectFailedException;
import dev.culvert.transport.ConnectionState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of one context from the peer's description to a connection: hands the agent the peer's candidates, those that
 * trickle in too, and gives up when the time is over or nothing is left to check. Methods without a note may be called
 * from any thread.
 */
final class Establishment {
    private static final Logger LOG = LoggerFactory.getLogger(Establishment.class);

    /**
     * How long a pair may carry data without being nominated. The checks go on until then, so that it must end; a network
     * may have swallowed the nominating ones for a while.
     */
    static final Duration NOMINATION = Duration.ofSeconds(60);

    private final ContextState state;
    private final ContextAgent agent;
    private final ScheduledExecutorService stunThread;
    private final Consumer<RuntimeException> onFailure;
    private final Duration grace;
    /**
     * After so long ordinary checks that will be answered have been, except on very long links: each has been sent four
     * times. They go on all the same.
     */
    static final Duration HOPELESS = Duration.ofSeconds(1);

    /**
     * How long a path is still waited for when the peer has closed its side: it may have been found, and not been told of
     * yet.
     */
    static final Duration PARTING = Duration.ofSeconds(2);

    private static final String NEVER_HEARD = "; a firewall may block UDP, or the peer did not start its checks";

    private final CompletableFuture<SelectedPair> connected = new CompletableFuture<>();

    /** All candidates of the peer. */
    @GuardedBy("this")
    private final List<IceCandidate> remote = new ArrayList<>();

    /** Those that the agent does not have yet. */
    @GuardedBy("this")
    private final List<IceCandidate> early = new ArrayList<>();

    @GuardedBy("this")
    private boolean remoteComplete;

    /**
     * How long a pair over a relay carries the data before it is settled on: direct ones may need some repetitions of
     * checks, on long or lossy links.
     */
    static final Duration DIRECT_FIRST = Duration.ofSeconds(2);

    private Runnable onHopeless = () -> {};
    private volatile NatProfile remoteNat = NatProfile.UNKNOWN;
    private boolean started; // STUN thread only
    private volatile @Nullable ScheduledFuture<?> exhaustedTimer; // set on the STUN thread only
    private volatile @Nullable ScheduledFuture<?> connectTimer;
    private volatile @Nullable ScheduledFuture<?> hopelessTimer; // set on the STUN thread only
    private volatile @Nullable ScheduledFuture<?> partingTimer; // set on the STUN thread only
    private volatile @Nullable ScheduledFuture<?> relayTimer; // set on the STUN thread only
    private volatile @Nullable ScheduledFuture<?> nominationTimer; // set on the STUN thread only
    private volatile boolean closed;

    Establishment(
            ContextState state,
            ContextAgent agent,
            ScheduledExecutorService stunThread,
            Duration grace,
            Consumer<RuntimeException> onFailure) {
        this.state = state;
        this.agent = agent;
        this.stunThread = stunThread;
        this.grace = grace;
        this.onFailure = onFailure;
    }

    CompletableFuture<SelectedPair> connected() {
        return connected;
    }

    /** Whether the peer's candidates that trickled in before already make the description worth a try. */
    synchronized boolean hasCandidates() {
        return !remote.isEmpty();
    }

    /** Is told when ordinary checks have found nothing. Set once, before anything begins. */
    void onHopeless(Runnable task) {
        onHopeless = task;
    }

    /** What the peer has told of its NAT. */
    NatProfile remoteNat() {
        return remoteNat;
    }

    /** All candidates of the peer that are known. */
    synchronized List<IceCandidate> remoteCandidates() {
        return List.copyOf(remote);
    }

    /** Lets the time run, and takes the candidates of the description. */
    void begin(IceDescription description, Duration timeout) {
        synchronized (this) {
            List<IceCandidate> trickled = List.copyOf(remote);
            remote.clear();
            remote.addAll(description.candidates());
            early.clear();
            trickled.forEach(this::keep);
            remoteComplete |= description.complete();
        }
        remoteNat = description.nat();
        connectTimer = Tasks.trySchedule(stunThread, () -> onTimeout(timeout), timeout);
        if (closed) {
            close(); // it may have missed the timer just set
        }
    }

    /** STUN thread: the agent has started with the description's candidates. */
    void onStarted(IceAgent started) {
        this.started = true;
        hopelessTimer = Tasks.trySchedule(stunThread, onHopeless, HOPELESS);
        handOver(started);
        checkExhausted();
    }

    /** A candidate that came on its own. False if there are too many; one that is known already changes nothing. */
    boolean add(IceCandidate candidate) {
        synchronized (this) {
            if (!keep(candidate)) {
                return remote.contains(candidate);
            }
        }
        Tasks.tryExecute(stunThread, this::handOver);
        return true;
    }

    @GuardedBy("this")
    private boolean keep(IceCandidate candidate) {
        if (remote.contains(candidate) || remote.size() >= IceDescription.MAX_CANDIDATES) {
            return false;
        }
        return remote.add(candidate) && early.add(candidate);
    }

    /** The peer has no more candidates. */
    void end() {
        synchronized (this) {
            remoteComplete = true;
        }
        Tasks.tryExecute(stunThread, this::checkExhausted);
    }

    private void handOver() {
        IceAgent current = agent.current();
        if (started && current != null) {
            handOver(current);
        }
    }

    private void handOver(IceAgent to) {
        List<IceCandidate> fresh;
        synchronized (this) {
            fresh = List.copyOf(early);
            early.clear();
        }
        for (IceCandidate candidate : fresh) {
            try {
                to.addRemote(candidate);
            } catch (RuntimeException e) {
                LOG.warn("ice4j did not take the candidate {}; going on with the others", candidate, e);
            }
        }
    }

    /** STUN thread: every pair there is has failed, or the peer has just told that it has no more candidates. */
    void checkExhausted() {
        if (exhaustedTimer == null && !closed && isExhausted()) {
            exhaustedTimer = Tasks.trySchedule(stunThread, this::onGraceOver, grace);
            if (closed) {
                close(); // it may have missed the timer just set
            }
        }
    }

    private void onGraceOver() {
        exhaustedTimer = null;
        if (isExhausted()) {
            onFailure.accept(failure("although every pair was checked", NEVER_HEARD));
        }
    }

    private boolean isExhausted() {
        synchronized (this) {
            if (!remoteComplete) {
                return false;
            }
        }
        IceAgent current = agent.current();
        return state.get() == ConnectionState.CONNECTING && started && current != null && current.isExhausted();
    }

    /** STUN thread: the peer had a path to us, and has closed its side; no check of ours that is new will be answered. */
    void onPeerClosed() {
        partingTimer = Tasks.trySchedule(
                stunThread, () -> failWhileConnecting("before the peer closed its side", "; it had one"), PARTING);
        if (closed) {
            close(); // it may have missed the timer just set
        }
    }

    private void onTimeout(Duration timeout) {
        failWhileConnecting("within " + TimeUnit.MILLISECONDS.convert(timeout) + " ms", NEVER_HEARD);
    }

    private void failWhileConnecting(String how, String hint) {
        if (state.get() == ConnectionState.CONNECTING) {
            onFailure.accept(failure(how, hint));
        }
    }

    private ConnectFailedException failure(String how, String hint) {
        IceAgent current = agent.current();
        List<IceCandidate> tried;
        synchronized (this) {
            tried = List.copyOf(remote);
        }
        return new ConnectFailedException("No path to the peer was found " + how + ": tried local "
                + (current == null ? "[]" : current.describeLocal(true).candidates()) + " with remote " + tried
                + hint);
    }

    /** STUN thread: a pair works. */
    void succeed(SelectedPair pair) {
        cancel(connectTimer);
        cancel(exhaustedTimer);
        cancel(hopelessTimer);
        cancel(partingTimer);
        nominationTimer = Tasks.trySchedule(stunThread, this::onNotNominated, NOMINATION);
        if (pair.isRelayed()) {
            relayTimer = Tasks.trySchedule(stunThread, this::settleOnRelay, DIRECT_FIRST);
        }
        if (closed) {
            close(); // it may have missed the timers just set
        }
        connected.complete(pair);
    }

    private void settleOnRelay() {
        IceAgent current = agent.current();
        if (!closed && current != null) {
            current.nominateRelayed();
        }
    }

    private void onNotNominated() {
        if (!closed) {
            onFailure.accept(
                    new ConnectFailedException("The peer has answered checks, but the two sides settled on no pair"
                            + " within " + NOMINATION.toSeconds() + " s; connect again with a new context"));
        }
    }

    /** STUN thread: a pair is nominated, and nothing is left to wait for. */
    void settle() {
        close();
    }

    /** Ends the timers. Idempotent. */
    void close() {
        closed = true;
        cancel(connectTimer);
        cancel(exhaustedTimer);
        cancel(hopelessTimer);
        cancel(partingTimer);
        cancel(relayTimer);
        cancel(nominationTimer);
    }

    private static void cancel(@Nullable ScheduledFuture<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
