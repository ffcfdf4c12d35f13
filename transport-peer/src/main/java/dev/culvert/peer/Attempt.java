package dev.culvert.peer;

import dev.culvert.ice.CandidateListener;
import dev.culvert.ice.ContextConfig;
import dev.culvert.ice.IceCandidate;
import dev.culvert.ice.IceContext;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.Role;
import dev.culvert.ice.SelectedPair;
import dev.culvert.identity.EphemeralKey;
import dev.culvert.peer.internal.session.PeerSession;
import dev.culvert.peer.internal.session.ReceiveRoom;
import dev.culvert.transport.ConnectionState;
import dev.culvert.transport.EndCause;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.TransportException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to one peer, from its first step to its end: gather, publish, find the peer's signal, check, prove,
 * carry. Either it offers, or it answers the peer's offer. Event loop only; ends by {@link #close} or by telling its
 * owner that it failed or went down.
 */
final class Attempt implements Connections.Entry {
    /** How its owner hears of it. */
    interface Owner extends PeerSession.Listener {
        /** It did not come up; nothing of it is left. */
        void onAttemptFailed(Attempt attempt, EndCause cause, String detail);

        /** Whether it is still this attempt's owner. */
        boolean holds(Attempt attempt);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    /**
     * Reflexive addresses are known before a call as a rule; a silent server holds the first one up so long. What comes
     * later is told later.
     */
    private static final Duration GATHER = Duration.ofSeconds(2);

    /** A timer that is so late will not fire any more. */
    private static final Duration LATE = Duration.ofSeconds(5);

    private enum Phase {
        GATHERING,
        OFFERING,
        CONNECTING,
        SECURING,
        UP,
        OVER
    }

    private final LinkServices services;
    private final PeerId peer;
    private final Owner owner;
    private final ReceiveRoom room;
    private final EphemeralKey key;
    private final OwnSignal signal;
    private final IceContext context;
    private final EventLoop.Timer timeout;
    private final long id;
    private final long startNanos;
    private long connectedNanos;
    private boolean peerClosedPath;
    private @Nullable Duration setUp;
    private @Nullable Duration secured;
    private volatile Phase phase = Phase.GATHERING;
    private @Nullable SessionSignal remote;
    private volatile @Nullable PeerSession session;
    private volatile @Nullable RealTimeChannel realTime;

    /**
     * Begins.
     *
     * @param offer the peer's offer to answer, or null to make one
     * @param room for the peer's messages
     */
    Attempt(LinkServices services, PeerId peer, @Nullable SessionSignal offer, ReceiveRoom room, Owner owner) {
        this.services = services;
        this.room = room;
        this.peer = peer;
        this.owner = owner;
        this.remote = offer;
        id = services.connections().nextId();
        startNanos = services.nanoTime().getAsLong();
        key = EphemeralKey.generate(services.random());
        signal = new OwnSignal(services.rendezvous(), services.loop(), peer, key.publicKey());
        context = openContext();
        Duration limit = services.config().connectTimeout();
        timeout = services.loop()
                .schedule(() -> fail(EndCause.TIMED_OUT, "no connection within " + limit.toMillis() + " ms"), limit);
        services.connections().add(this);
        Duration whole = limit.multipliedBy(3).dividedBy(4); // what is found later hardly gets to the peer in time
        var unused = context.gatherAsync(GATHER.compareTo(whole) < 0 ? GATHER : whole, whole, new LateCandidates())
                .whenComplete(
                        (description, failure) -> services.loop().execute(() -> onGathered(description, failure)));
    }

    private IceContext openContext() {
        try {
            return services.dialler()
                    .openContext(ContextConfig.handler(this::onDatagram)
                            .withGrace(
                                    services.config().connectTimeout()) // our answer may be long on its way to the peer
                            .withStateListener((from, to) -> services.loop().execute(() -> onState(to)))
                            .withGoodbyeListener(() -> services.loop().execute(this::onGoodbye)));
        } catch (RuntimeException | Error e) {
            key.close();
            throw e;
        }
    }

    private long offerId() {
        return ByteBuffer.wrap(key.publicKey()).getLong();
    }

    private void onGathered(@Nullable IceDescription description, @Nullable Throwable failure) {
        if (phase != Phase.GATHERING) {
            return;
        }
        if (description == null) {
            fail(EndCause.NO_PATH, "gathering candidates failed: " + failure);
            return;
        }
        phase = Phase.OFFERING;
        signal.publish(
                description,
                remote == null ? 0 : remote.id(),
                unseen -> fail(EndCause.SIGNALLING_FAILED, "publishing the candidates failed: " + unseen));
        if (remote != null) {
            connect(remote);
        }
    }

    /** Has the peer hear of what is found after our description was made, as a relay over a line that loses packets. */
    private final class LateCandidates implements CandidateListener {
        @Override
        public void onCandidate(IceCandidate candidate) {
            services.loop().execute(() -> {
                if (phase != Phase.OVER) {
                    signal.add(candidate);
                }
            });
        }

        @Override
        public void onEndOfCandidates() {
            // The peer tries for as long as we do.
        }
    }

    boolean isAnsweredBy(SessionSignal signal) {
        return signal.answerTo() == offerId();
    }

    /** Whether a signal of the peer is for this attempt; if so it is taken up. */
    boolean take(SessionSignal theirs) {
        if (remote != null) {
            return false;
        }
        boolean answersUs = isAnsweredBy(theirs);
        // Both offered at once: each takes the other's offer, and no answer is needed.
        if (!answersUs && !theirs.isOffer()) {
            return false;
        }
        remote = theirs;
        if (phase == Phase.OFFERING) {
            connect(theirs);
        }
        return true;
    }

    /** Whether a signal is the peer's for this attempt once more, with candidates that it has found since. */
    boolean takeAgain(SessionSignal theirs) {
        if (remote == null || !remote.isSucceededBy(theirs)) {
            return false;
        }
        try {
            // Before we connect, too: what is shown out of order, with fewer candidates, takes none of them back.
            IceDescription.fromBytes(theirs.description()).candidates().forEach(context::addRemoteCandidate);
            remote = theirs;
        } catch (TransportException e) {
            services.counters().malformedSignals.increment();
        }
        return true;
    }

    /** Whether the peer has let go of what this attempt was to become. */
    boolean isGivenUpBy(SessionSignal theirs) {
        return theirs.isGivenUp() && (remote == null ? isAnsweredBy(theirs) : remote.isWith(theirs));
    }

    private void connect(SessionSignal to) {
        phase = Phase.CONNECTING;
        boolean larger = services.self().peerId().compareTo(peer) > 0;
        IceDescription theirs;
        byte[] firstId;
        try {
            theirs = IceDescription.fromBytes(to.description());
            firstId = to.connectionId(services.self().pairSecret(peer), key, larger);
        } catch (TransportException e) {
            services.counters().malformedSignals.increment();
            fail(EndCause.SIGNALLING_FAILED, "the peer's signal is unusable: " + e.getMessage());
            return;
        }
        try {
            session = services.sessions().open(peer, larger, firstId, new ContextPath(context), room, owner);
            var unused = context.connectAsync(
                            theirs,
                            larger ? Role.CONTROLLING : Role.CONTROLLED,
                            services.config().connectTimeout())
                    .whenComplete((pair, failure) -> {
                        // Here, not on the event loop: the way there is the session's time, not ICE's.
                        long now = services.nanoTime().getAsLong();
                        services.loop().execute(() -> onConnected(now, pair, failure));
                    });
        } catch (TransportException e) {
            fail(EndCause.NO_PATH, "no checks could be started: " + e.getMessage());
        }
    }

    private void onConnected(long nowNanos, @Nullable SelectedPair pair, @Nullable Throwable failure) {
        if (phase != Phase.CONNECTING) {
            return;
        }
        if (pair == null || session == null) {
            fail(EndCause.NO_PATH, "no path: " + failure);
        } else {
            connectedNanos = nowNanos;
            phase = Phase.SECURING;
            session.start();
            if (peerClosedPath) {
                session.onPathClosed();
            }
        }
    }

    /** Called by the owner when the session has come up. */
    void up() {
        realTime = services.realTime().open(peer, session());
        phase = Phase.UP;
        timeout.cancel();
        signal.withdraw();
        long now = services.nanoTime().getAsLong();
        setUp = Duration.ofNanos(now - startNanos);
        secured = Duration.ofNanos(now - connectedNanos);
    }

    @Override
    public PeerId peer() {
        return peer;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public boolean isUp() {
        return phase == Phase.UP;
    }

    @Override
    public boolean hasBeenUp() {
        return setUp != null;
    }

    @Override
    public @Nullable RealTimeChannel realTime() {
        return isUp() ? realTime : null;
    }

    @Override
    public Duration age() {
        return Duration.ofNanos(services.nanoTime().getAsLong() - startNanos);
    }

    /** The connection as it is now, once it is up: ICE may still move it to another pair. */
    @Override
    public ConnectionInfo info() {
        SelectedPair pair = context.selectedPair();
        if (pair == null || setUp == null || secured == null) {
            throw new IllegalStateException("A connection that is not up");
        }
        return new ConnectionInfo(id, peer, pair.tier(), pair, setUp, secured);
    }

    PeerSession session() {
        if (session == null) {
            throw new IllegalStateException("No session before connect");
        }
        return session;
    }

    /** I/O thread. */
    private void onDatagram(ByteBuffer payload) {
        PeerSession to = session;
        if (to != null) {
            to.onDatagram(payload);
        } else {
            services.counters().early.increment(); // the peer says it again
        }
    }

    private void onState(ConnectionState state) {
        if (state != ConnectionState.FAILED || session == null) {
            return;
        }
        end(EndCause.PATH_FAILED, "the path failed");
    }

    /** The session's own word may be late, or have found no room. */
    private void onGoodbye() {
        peerClosedPath = true;
        if ((phase == Phase.SECURING || phase == Phase.UP) && session != null) {
            session.onPathClosed();
        }
    }

    @Override
    public void end(EndCause cause, String detail) {
        if (phase == Phase.UP && session != null) {
            session.fail(cause, detail);
        } else {
            fail(cause, detail);
        }
    }

    private void fail(EndCause cause, String detail) {
        if (phase == Phase.OVER || phase == Phase.UP) {
            return;
        }
        LOG.debug("Connecting to {} failed: {}", peer.toShortString(), detail);
        close(cause, detail);
        owner.onAttemptFailed(this, cause, detail);
    }

    @Override
    public @Nullable String overdue() {
        if (phase == Phase.OVER) {
            return "it is over";
        }
        if (!owner.holds(this)) {
            return "nobody holds it";
        }
        if (context.state().isOver()) {
            return "its path is " + context.state();
        }
        boolean late = age().compareTo(services.config().connectTimeout().plus(LATE)) > 0;
        return phase != Phase.UP && late ? "it has not come up for " + age() : null;
    }

    /** Ends the connection in whatever phase it is. Idempotent; the owner is not told. */
    void close(EndCause cause, String detail) {
        if (phase == Phase.OVER) {
            return;
        }
        phase = Phase.OVER;
        timeout.cancel();
        if (cause == EndCause.REPLACED) {
            signal.withdraw(); // the peer has replaced it before us
        } else {
            signal.giveUp(remote == null ? 0 : remote.id());
        }
        if (realTime != null) {
            realTime.close();
        }
        if (session != null) {
            session.close();
        }
        context.close();
        key.close();
        services.connections().remove(this, cause, detail);
    }
}
