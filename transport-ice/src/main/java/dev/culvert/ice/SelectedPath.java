package dev.culvert.ice;

import dev.culvert.ice.internal.ConsentMonitor;
import dev.culvert.ice.internal.ConsentMonitor.Consent;
import dev.culvert.ice.internal.RoundTrip;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.TransactionId;
import dev.culvert.ice.internal.ice4j.IceAgent;
import dev.culvert.transport.ConnectFailedException;
import dev.culvert.transport.ConnectionState;
import dev.culvert.udp.IcmpError;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The pair that carries one context's data, and how it fares: the first valid pair, later the nominated one; the peer's
 * consent and the round-trip time over it. Changed on the STUN thread, read by any.
 */
final class SelectedPath {
    /** So often at most routers' reports have the path's MTU asked for anew. */
    private static final Duration MTU_PAUSE = Duration.ofMillis(100);

    private static final SecureRandom IDS = new SecureRandom();

    private final ContextState state;
    private final ContextAgent agent;
    private final DataPath data;
    private final Establishment establishment;
    private final Consumer<RuntimeException> onFailure;
    private final ConsentWatch consent;
    private @Nullable BirthdayPorts birthday; // set once, before anything is received
    private @Nullable AlternativePaths alternatives; // set once, before anything is received
    private final RoundTrip roundTrip = new RoundTrip();
    private volatile @Nullable SelectedPair pair;
    private volatile boolean nominated;
    private final AtomicBoolean mtuInDoubt = new AtomicBoolean();
    private final AtomicBoolean goodbyeSaid = new AtomicBoolean();
    private final @Nullable Runnable goodbyeListener;
    private volatile boolean departed; // the peer has said so; set by the STUN thread

    SelectedPath(
            ContextState state,
            ContextAgent agent,
            DataPath data,
            Establishment establishment,
            ScheduledExecutorService stunThread,
            @Nullable Runnable goodbyeListener,
            Consumer<RuntimeException> onFailure) {
        this.goodbyeListener = goodbyeListener;
        this.state = state;
        this.agent = agent;
        this.data = data;
        this.establishment = establishment;
        this.onFailure = onFailure;
        consent = new ConsentWatch(stunThread, System::nanoTime, new PeerChecks(), this::onConsent);
    }

    /** Who finds other ways to the peer, and must know of the one in use. */
    void followers(AlternativePaths paths, BirthdayPorts ports) {
        alternatives = paths;
        birthday = ports;
    }

    /** The first valid pair carries the data until one is nominated, often the same. */
    void onPair(SelectedPair found, boolean isNominated) {
        boolean first = pair == null;
        if (state.get().isOver() || (!first && !isNominated)) {
            return;
        }
        if (found.equals(pair)) {
            settle();
            return;
        }
        EndpointSocket socket = agent.socket(found.base());
        if (socket == null) {
            onFailure.accept(
                    new IllegalStateException("The selected pair's base " + found.base() + " is none of our sockets"));
            return;
        }
        if (agent.routes().validate(socket, found.remoteAddress(), true) != ContextRoutes.Verdict.OURS) {
            // Lost between the answer and now: its data would not be ours.
            if (isNominated) {
                onFailure.accept(new ConnectFailedException("The pair that the peers settled on ends at "
                        + found.remoteAddress() + ", where another context has the path; connect again"));
            }
            return;
        }
        agent.relay().onSelected(socket, found.remoteAddress());
        data.select(socket, found.remoteAddress());
        pair = found;
        tellSelected(found);
        if (!first) {
            roundTrip.reset();
            consent.move();
        } else if (state.transition(ConnectionState.CONNECTED)) {
            consent.begin();
            establishment.succeed(found);
            if (departed) {
                depart();
            }
        }
        if (isNominated) {
            settle();
        }
        measureMtu();
    }

    /** I/O thread: a router has reported something of a datagram to an address of the peer's; it may be forged. */
    void onIcmpError(IcmpError error) {
        SelectedPair now = pair;
        boolean ours = now != null && now.remoteAddress().equals(error.destination());
        if (ours && error.kind() == IcmpError.Kind.TOO_BIG && mtuInDoubt.compareAndSet(false, true)) {
            // The kernel believes the router, or not. Soon, not at once: who forges one report forges many.
            var unused = Tasks.trySchedule(agent.stunThread(), this::onMtuInDoubt, MTU_PAUSE);
        }
    }

    private void onMtuInDoubt() {
        mtuInDoubt.set(false);
        data.measureMtu();
    }

    /** After whatever waits for the connection has been told of it. */
    private void measureMtu() {
        Tasks.tryExecute(agent.stunThread(), data::measureMtu);
    }

    private void settle() {
        nominated = true;
        establishment.settle();
        SelectedPair settled = pair;
        if (settled == null) {
            return;
        }
        releaseRelay(settled);
        if (alternatives != null) {
            alternatives.onSettled(settled);
        }
        if (birthday != null && settled.isRelayed()) {
            birthday.consider();
        }
    }

    private void releaseRelay(SelectedPair used) {
        if (used.localType() != CandidateType.RELAYED) {
            agent.relay().release();
        }
    }

    /**
     * STUN thread: goes on over another pair, over which a check of ours has just been answered. What the peer still sends
     * over the old one is received as before.
     *
     * @return false if the path is another context's, or this one is over
     */
    boolean move(EndpointSocket socket, SelectedPair found) {
        if (state.get().isOver()
                || agent.routes().validate(socket, found.remoteAddress(), true) != ContextRoutes.Verdict.OURS) {
            return false;
        }
        agent.relay().onSelected(socket, found.remoteAddress());
        data.select(socket, found.remoteAddress());
        pair = found;
        tellSelected(found);
        IceAgent current = agent.current();
        if (current != null) {
            current.rest();
        }
        roundTrip.reset();
        consent.move();
        measureMtu();
        return true;
    }

    private void tellSelected(SelectedPair found) {
        if (birthday != null) {
            birthday.onSelected(found);
        }
    }

    /** Any thread: tells the peer that we close, if there is a way to it and it has not said so itself. Once. */
    void sayGoodbye() {
        SelectedPair now = pair;
        IceAgent current = agent.current();
        if (!departed && now != null && current != null && goodbyeSaid.compareAndSet(false, true)) {
            current.sayGoodbye(now, TransactionId.random(IDS));
        }
    }

    /** STUN thread: the peer has closed its side; perhaps over a pair that is about to be told of here. */
    void onGoodbye() {
        if (!departed) {
            departed = true;
            depart();
        }
    }

    private void depart() {
        if (pair == null) {
            establishment.onPeerClosed();
            return;
        }
        consent.depart();
        Runnable toTell = goodbyeListener;
        if (toTell != null) { // behind what the state's listener is to hear first
            Tasks.tryExecute(agent.stunThread(), () -> state.call(toTell));
        }
    }

    /** STUN thread: asks the peer now whether it is still there, instead of in a few seconds. */
    void askNow() {
        consent.askNow();
    }

    /** The peer has answered a request; returns whether that was for its consent. */
    boolean onAnswer(TransactionId id) {
        boolean taken = consent.onAnswer(id);
        if (taken && alternatives != null) {
            alternatives.onTrust();
        }
        return taken;
    }

    /** The peer has refused a request; a consent check only over the roles. Returns whether it was one. */
    boolean onRefusal(TransactionId id, StunMessage refusal) {
        IceAgent current = agent.current();
        if (!consent.isPending(id) || current == null) {
            return false;
        }
        current.onRefusal(refusal); // the next check says so
        return true;
    }

    /** Answers the peer's check if it only asks whether we are still there; false leaves it to the agent. */
    boolean answer(EndpointSocket socket, InetSocketAddress from, StunMessage check) {
        SelectedPair now = pair;
        IceAgent current = agent.current();
        if (now == null || !nominated || current == null || !isOver(now, socket, from)) {
            return false;
        }
        if (!agent.routes().has(socket, from)) {
            data.count(DropCause.ADDRESS_TAKEN); // or the peer would go on with a path whose data another context gets
            return true;
        }
        boolean answered = current.answer(now, check);
        if (answered) {
            releaseRelay(now); // the peer uses this pair, too
        }
        return answered;
    }

    /** Whether this is the way the data goes. */
    boolean isOver(EndpointSocket socket, InetSocketAddress remote) {
        SelectedPair now = pair;
        return now != null && isOver(now, socket, remote);
    }

    private static boolean isOver(SelectedPair pair, EndpointSocket socket, InetSocketAddress remote) {
        return pair.remoteAddress().equals(remote) && pair.base().equals(socket.localAddress());
    }

    /** The consent checks, made by the agent and entered into the endpoint's table when they are sent. */
    private final class PeerChecks implements ConsentWatch.Checks {
        @Override
        public void send(TransactionId id) {
            IceAgent current = agent.current();
            SelectedPair now = pair;
            if (current != null && now != null) {
                current.check(now, id);
            }
        }

        @Override
        public void doubt() {
            if (alternatives != null && nominated) {
                alternatives.onDoubt();
            }
        }

        @Override
        public void forget(TransactionId id) {
            agent.routes().end(id);
        }
    }

    /** STUN thread: what is known of the peer's consent now. */
    void onConsent(Consent now) {
        switch (now) {
            case FRESH -> state.transition(ConnectionState.CONNECTED);
            case MISSED -> state.transition(ConnectionState.DISCONNECTED);
            case EXPIRED ->
                onFailure.accept(new ConnectFailedException("The peer has not answered a check for "
                        + ConsentMonitor.EXPIRY.toSeconds() + " s; connect again with a new context"));
        }
    }

    /** A check was answered after so many nanoseconds; negative if that is not known. */
    void onRoundTrip(EndpointSocket socket, InetSocketAddress from, long nanos) {
        SelectedPair now = pair;
        if (nanos >= 0 && (now == null || isOver(now, socket, from))) {
            roundTrip.onSample(nanos);
        }
    }

    /** The pair in use; null before the first valid one. */
    @Nullable
    SelectedPair pair() {
        return pair;
    }

    /** Whether the checks have settled on the pair. */
    boolean isNominated() {
        return nominated;
    }

    /** Smoothed; null before the first sample. */
    @Nullable
    Duration roundTrip() {
        long nanos = roundTrip.smoothedNanos();
        return nanos < 0 ? null : Duration.ofNanos(nanos);
    }

    /** How long ago the peer last answered; null before a pair was selected. */
    @Nullable
    Duration consentAge() {
        return consent.age();
    }

    /** Ends the timer. Idempotent, from any thread. */
    void close() {
        consent.close();
    }
}
