package dev.culvert.peer;

import dev.culvert.ice.ContextConfig;
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
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
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

    /** Reflexive addresses are known before a call as a rule; a silent STUN server holds the first one up so long. */
    private static final Duration GATHER = Duration.ofSeconds(2);

    /**
     * How long an offer may be taken up: longer than a connection may take, and than clocks of two peers differ as a rule.
     * One that is used or given up is taken back; only that of a peer that crashed stays, and is tried in vain once.
     */
    private static final Duration SIGNAL_LIFE = Duration.ofMinutes(5);

    /** A timer that is so late will not fire any more. */
    private static final Duration LATE = Duration.ofSeconds(5);

    private enum Phase {
        GATHERING,
        OFFERING,
        CONNECTING,
        UP,
        OVER
    }

    private final LinkServices services;
    private final PeerId peer;
    private final Owner owner;
    private final ReceiveRoom room;
    private final EphemeralKey key;
    private final IceContext context;
    private final EventLoop.Timer timeout;
    private final long id;
    private final long startNanos;
    private long connectedNanos;
    private @Nullable Duration setUp;
    private @Nullable Duration secured;
    private volatile Phase phase = Phase.GATHERING;
    private boolean published;
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
        context = openContext();
        Duration limit = services.config().connectTimeout();
        timeout = services.loop()
                .schedule(() -> fail(EndCause.TIMED_OUT, "no connection within " + limit.toMillis() + " ms"), limit);
        services.connections().add(this);
        var unused = context.gatherAsync(GATHER)
                .whenComplete(
                        (description, failure) -> services.loop().execute(() -> onGathered(description, failure)));
    }

    private IceContext openContext() {
        try {
            return services.dialler()
                    .openContext(ContextConfig.handler(this::onDatagram)
                            .withGrace(
                                    services.config().connectTimeout()) // our answer may be long on its way to the peer
                            .withStateListener((from, to) -> services.loop().execute(() -> onState(to))));
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
        publish(description);
        if (remote != null) {
            connect(remote);
        }
    }

    private void publish(IceDescription description) {
        published = true;
        SessionSignal signal =
                new SessionSignal(key.publicKey(), remote == null ? 0 : remote.id(), description.toBytes());
        var unused = publish(signal.toBytes()).whenComplete((done, failure) -> {
            if (failure != null) {
                services.loop()
                        .execute(
                                () -> fail(EndCause.SIGNALLING_FAILED, "publishing the candidates failed: " + failure));
            }
        });
    }

    /** An app's own rendezvous may throw, too; nothing of ours may be left half done by that. */
    private CompletableFuture<Void> publish(byte[] signal) {
        try {
            return Objects.requireNonNull(
                    services.rendezvous().publish(peer, signal, SIGNAL_LIFE), "A rendezvous returned no future");
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    boolean isAnsweredBy(SessionSignal signal) {
        return signal.answerTo() == offerId();
    }

    /** Whether a signal of the peer is for this attempt; if so it is taken up. */
    boolean take(SessionSignal signal) {
        if (remote != null) {
            return false;
        }
        boolean answersUs = isAnsweredBy(signal);
        // Both offered at once: each takes the other's offer, and no answer is needed.
        if (!answersUs && !signal.isOffer()) {
            return false;
        }
        remote = signal;
        if (phase == Phase.OFFERING) {
            connect(signal);
        }
        return true;
    }

    private void connect(SessionSignal signal) {
        phase = Phase.CONNECTING;
        boolean larger = services.self().peerId().compareTo(peer) > 0;
        IceDescription theirs;
        byte[] firstId;
        try {
            theirs = IceDescription.fromBytes(signal.description());
            firstId = signal.connectionId(services.self().pairSecret(peer), key, larger);
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
            session.start();
        }
    }

    /** Called by the owner when the session has come up. */
    void up() {
        realTime = services.realTime().open(peer, session());
        phase = Phase.UP;
        timeout.cancel();
        withdraw();
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

    /** Nobody should take up an offer that has been used or given up. */
    private void withdraw() {
        if (published) {
            published = false;
            var unused = publish(new byte[0]).exceptionally(failure -> null); // it expires by itself
        }
    }

    /** Ends the connection in whatever phase it is. Idempotent; the owner is not told. */
    void close(EndCause cause, String detail) {
        if (phase == Phase.OVER) {
            return;
        }
        phase = Phase.OVER;
        timeout.cancel();
        withdraw();
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
