package dev.culvert.ice;

import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.TransactionId;
import dev.culvert.ice.internal.ice4j.IceAgent;
import dev.culvert.transport.BufferTooSmallException;
import dev.culvert.transport.ConnectFailedException;
import dev.culvert.transport.ConnectionState;
import dev.culvert.transport.InvalidDescriptionException;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.TransportClosedException;
import dev.culvert.transport.TransportException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One peer's path: gather, tell the peer, connect, then datagrams both ways. Safe to use from any thread. Data is
 * received by a handler on the endpoint's I/O thread or from a {@link ReceiveQueue}, as the {@link ContextConfig} says;
 * timers and state changes run on the endpoint's STUN thread. Lives until {@link #close}, or its endpoint's.
 */
public final class IceContext implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IceContext.class);
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final IceEndpoint endpoint;
    private final boolean ownsEndpoint;
    private final ContextState state;
    private final DataPath data;
    private final ContextAgent agent;
    private final Gathering gathering;
    private final Establishment establishment;
    private final SelectedPath path;
    private final AlternativePaths alternatives;
    private final BirthdayPorts birthday;
    private final CheckIntake intake;

    IceContext(IceEndpoint endpoint, ContextConfig config, boolean ownsEndpoint) {
        this.endpoint = endpoint;
        this.ownsEndpoint = ownsEndpoint;
        state = new ContextState("ice-" + NUMBERS.incrementAndGet(), config.stateListener(), endpoint.stunThread());
        data = new DataPath(config, endpoint.buffers());
        agent = new ContextAgent(this, endpoint, data);
        gathering = new Gathering(state, agent, endpoint.stunThread(), this::fail);
        establishment = new Establishment(state, agent, endpoint.stunThread(), config.grace(), this::fail);
        path = new SelectedPath(
                state, agent, data, establishment, endpoint.stunThread(), config.goodbyeListener(), this::fail);
        OwnChecks checks = new OwnChecks(agent);
        PairDescriber pairs = new PairDescriber(agent, establishment, endpoint);
        alternatives = new AlternativePaths(agent, establishment, path, checks, pairs, endpoint);
        birthday = new BirthdayPorts(agent, establishment, path, alternatives, checks, pairs, endpoint);
        path.followers(alternatives, birthday);
        agent.relay().replacement(new RelayReplacement(path, gathering, alternatives, agent.routes()));
        establishment.onHopeless(birthday::consider);
        intake = new CheckIntake(agent, data, path, checks, alternatives, birthday, this::onTaken);
    }

    /** A context on an endpoint of its own, which it closes with itself. */
    public static IceContext open(IceConfig config) {
        return open(config, ContextConfig.queue());
    }

    /** A context on an endpoint of its own, which it closes with itself. */
    public static IceContext open(IceConfig config, ContextConfig contextConfig) {
        return IceEndpoint.open(config).newContext(contextConfig, true);
    }

    /**
     * Loads in the background what the first connection of a process needs, some hundred classes, and lets the JVM compile
     * it, so that it is as quick as later ones. Takes about half a second of one core. Worth calling when an app starts and
     * connects only later; never necessary.
     *
     * @return done when it is; fails if this host can not connect to itself over loopback, which harms nothing else
     */
    public static CompletableFuture<Void> warmUp() {
        return WarmUp.start();
    }

    // ---- setting up

    /**
     * Finds the local candidates: the host's at once, the reflexive ones when the STUN servers have answered or the
     * time-out has passed; a silent server is no error.
     *
     * @param timeout 0 takes only what is known at once
     * @return the local description, to be carried to the peer; fails with {@link TransportException}
     * @throws IllegalStateException if it was called before
     */
    public CompletableFuture<IceDescription> gatherAsync(Duration timeout) {
        return attach(timeout) ? gathering.whole(endpoint.prober(), timeout) : gathering.done();
    }

    /**
     * Finds the local candidates as {@link #gatherAsync(Duration)}, but does not have the peer wait for a server that is
     * slow, or without one that is: the description is made of what is known soon, and what comes later is told of one by
     * one. For signalling that costs too much to carry each candidate alone, and for lines that lose packets. TURN servers
     * that are silent or out of reach are asked again until the time-out.
     *
     * @param soon after which the description is made, but not without any candidate; before, if nothing else is about to
     *     come
     * @param timeout after which no server is waited for any more; at least {@code soon}
     * @param late hears of every further candidate and of the end, unless the description is
     *     {@linkplain IceDescription#complete() complete}
     * @return the local description, to be carried to the peer; fails with {@link TransportException}
     * @throws IllegalStateException if the context has gathered before
     */
    public CompletableFuture<IceDescription> gatherAsync(Duration soon, Duration timeout, CandidateListener late) {
        Objects.requireNonNull(late, "late");
        if (soon.isNegative() || soon.compareTo(timeout) > 0) {
            throw new IllegalArgumentException("The description is made within 0 to " + timeout + ", not " + soon);
        }
        return attach(timeout) ? gathering.soon(endpoint.prober(), soon, timeout, late) : gathering.done();
    }

    /** Like {@link #gatherAsync(Duration)}, and waits for it. */
    public IceDescription gather(Duration timeout) {
        return Tasks.join(gatherAsync(timeout));
    }

    /**
     * Finds the local candidates without waiting for any: returns those that are known now, and tells of others as the
     * STUN servers answer ("trickle ICE", RFC 8838). {@link #connect} may follow at once.
     *
     * @param timeout after which no STUN server is waited for any more
     * @param listener hears of every further candidate and of the end, unless the description is
     *     {@linkplain IceDescription#complete() complete} already
     * @throws TransportException if the candidates can not be found
     * @throws IllegalStateException if the context has gathered before
     */
    public IceDescription gatherTrickling(Duration timeout, CandidateListener listener) {
        Objects.requireNonNull(listener, "listener");
        return attach(timeout)
                ? gathering.trickling(endpoint.prober(), timeout, listener)
                : Tasks.join(gathering.done());
    }

    /** Makes the agent; false if that failed, and the context with it. */
    private boolean attach(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("The time to gather is 0 or more, not " + timeout);
        }
        if (!state.transition(ConnectionState.GATHERING)) {
            requireNotOver();
            throw new IllegalStateException("A context gathers once; this one is " + state.get());
        }
        try {
            IceAgent made = endpoint.attach(this, new AgentProgress(agent, path, establishment, endpoint.stunThread()));
            intake.localKey(made.integrityKey());
            agent.keep(made);
            return true;
        } catch (RuntimeException e) {
            fail(e);
            return false;
        }
    }

    /**
     * Finds a working pair with the peer's candidates. Connected means that a pair has been checked both ways and data
     * may flow; {@link #selectedPair} can still change once, when the checks settle on another one. The far end, if it is
     * another implementation, may hold its own data back until then.
     *
     * @param remote the peer's description; an incomplete one is followed by {@link #addRemoteCandidate}
     * @param role the two sides take different ones; should they not, the checks settle it
     * @param timeout after which the context fails; 0 is not allowed
     * @return the selected pair; fails with {@link ConnectFailedException} or {@link TransportClosedException}
     * @throws InvalidDescriptionException if the description is complete and has no candidates
     * @throws IllegalStateException if the context has not gathered, or was connected before
     */
    public CompletableFuture<SelectedPair> connectAsync(IceDescription remote, Role role, Duration timeout) {
        Objects.requireNonNull(role, "role");
        if (remote.complete() && remote.candidates().isEmpty() && !establishment.hasCandidates()) {
            throw new InvalidDescriptionException("The remote description has no candidates; nothing can be checked");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("The time to connect must be positive, not " + timeout);
        }
        if (!state.transition(ConnectionState.CONNECTING)) {
            requireNotOver();
            throw new IllegalStateException("connect() follows gather() once; this context is " + state.get());
        }
        intake.remotePassword(remote.password());
        establishment.begin(remote, timeout);
        Tasks.tryExecute(endpoint.stunThread(), () -> startChecks(remote, role));
        return establishment.connected();
    }

    /** Like {@link #connectAsync}, and waits for it. */
    public SelectedPair connect(IceDescription remote, Role role, Duration timeout) {
        return Tasks.join(connectAsync(remote, role, timeout));
    }

    private void startChecks(IceDescription remote, Role role) {
        IceAgent current = agent.current();
        if (current == null) {
            return; // closed or failed meanwhile
        }
        intake.begin();
        try {
            current.start(remote, role == Role.CONTROLLING);
            intake.start();
            establishment.onStarted(current);
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /**
     * Adds a candidate that the peer found after it sent its description. From any time on; without effect once a pair
     * is nominated.
     *
     * @return false if it was not taken: there are {@link IceDescription#MAX_CANDIDATES}, or the context has ended
     */
    public boolean addRemoteCandidate(IceCandidate candidate) {
        Objects.requireNonNull(candidate, "candidate"); // in the list it would break every later step
        if (state.get().isOver()) {
            return false;
        }
        boolean taken = establishment.add(candidate);
        if (!taken) {
            data.count(DropCause.TOO_MANY_CANDIDATES);
        }
        return taken;
    }

    /** The peer has told of its last candidate: when every pair has failed, no more are waited for. Idempotent. */
    public void endOfRemoteCandidates() {
        establishment.end();
    }

    private void requireNotOver() {
        if (state.get().isOver()) {
            throw new TransportClosedException("The context");
        }
    }

    // ---- what the endpoint hands over

    CheckIntake intake() {
        return intake;
    }

    /** Another context has the path over this socket. From any thread. */
    void onTaken(EndpointSocket socket) {
        data.count(DropCause.ADDRESS_TAKEN);
        Tasks.tryExecute(endpoint.stunThread(), () -> {
            IceDescription changed = path.pair() == null ? agent.leave(socket) : null;
            if (changed != null) {
                gathering.tellNew(changed);
            }
        });
    }

    /** A request of ours was answered. */
    void end(TransactionId id) {
        agent.routes().end(id);
    }

    SelectedPath path() {
        return path;
    }

    /** Whether the peer has stopped answering. */
    boolean isSilent() {
        return state.get() == ConnectionState.DISCONNECTED;
    }

    /** I/O thread: a datagram from a validated address. */
    void onData(ByteBuffer payload) {
        data.onData(payload);
    }

    /** STUN thread: somebody who knows our password says that he has closed his side. Only the peer we are with counts. */
    void onGoodbye(StunMessage goodbye) {
        IceAgent current = agent.current();
        if (current != null && current.isPeer(goodbye.senderUfrag())) {
            path.onGoodbye();
        } else {
            data.count(DropCause.STUN_INDICATION);
        }
    }

    // ---- data

    /**
     * Sends one datagram to the peer; never blocks.
     *
     * @param payload its remaining bytes, at most 65507; consumed when the result is {@link SendStatus#SENT}
     * @throws MessageTooLargeException if there are more
     */
    public SendStatus send(ByteBuffer payload) {
        return data.send(payload);
    }

    /**
     * Sends several datagrams to the peer in their order; never blocks. With the native core, those of one length that
     * follow each other, the last of which may be shorter, cost little more than one: see
     * {@link dev.culvert.udp.UdpChannel#send(List, java.net.InetSocketAddress)}.
     *
     * @param payloads the remaining bytes of each, 1 to 65507; those that were sent are consumed. No buffer twice
     * @return how many were sent, from the first on; the others are as before. That the first of them was not sent is
     *     counted, as for a single one
     * @throws MessageTooLargeException if one is larger; then none was sent
     * @throws IllegalArgumentException if one is empty; then none was sent
     */
    public int send(List<ByteBuffer> payloads) {
        return data.send(payloads);
    }

    /**
     * The largest datagram that gets to the peer in one piece as far as this host knows: what the first link takes, until a
     * router reports less. Larger ones are sent in fragments, which many firewalls drop.
     *
     * @return bytes of payload; 1232, which every path of IPv6 takes, before {@code CONNECTED} and over a relay, at most
     */
    public int mtu() {
        return data.mtu();
    }

    /**
     * Takes a received message without waiting; see {@link ReceiveQueue#recv}.
     *
     * @throws IllegalStateException if the context has a handler
     */
    public int recv(ByteBuffer buffer) {
        return data.queue().recv(buffer);
    }

    /**
     * Takes a received message; see {@link ReceiveQueue#recvTimeout}.
     *
     * @param timeoutMillis 0 returns at once, more waits so many milliseconds, negative waits for ever
     * @return the length; 0 if none came; -1 once the context is shut down or failed
     * @throws BufferTooSmallException if the message does not fit; it stays
     * @throws IllegalStateException if the context has a handler
     */
    public int recvTimeout(ByteBuffer buffer, long timeoutMillis) throws InterruptedException {
        return data.queue().recvTimeout(buffer, timeoutMillis);
    }

    /**
     * Asks the peer now whether it still answers, instead of at the next turn, some seconds from now: for a protocol above
     * that misses an answer. If it does not answer, other paths to it are tried.
     */
    public void checkPath() {
        Tasks.tryExecute(endpoint.stunThread(), path::askNow);
    }

    /** The state now; it may change at any time. */
    public ConnectionState state() {
        return state.get();
    }

    /** The pair that carries the data; null before CONNECTED. */
    public @Nullable SelectedPair selectedPair() {
        return path.pair();
    }

    /** The context's numbers now. */
    public IceStats stats() {
        return new IceStats(
                state.get(),
                path.pair(),
                data.sentPackets(),
                data.sentBytes(),
                data.receivedPackets(),
                data.receivedBytes(),
                data.drops(),
                path.roundTrip(),
                path.consentAge());
    }

    // ---- the end

    private void fail(RuntimeException reason) {
        if (!state.transition(ConnectionState.FAILED)) {
            return;
        }
        TransportException cause = reason instanceof TransportException typed
                ? typed
                : new TransportException("The context failed and is of no more use; open a new one: " + reason, reason);
        data.fail();
        free();
        gathering.done().completeExceptionally(cause);
        establishment.connected().completeExceptionally(cause);
    }

    /**
     * Stops data: nothing is delivered or sent any more, the queue is cleared, and every waiting receiver returns -1.
     * The context still answers the peer's checks until it is closed. Idempotent.
     */
    public void shutdown() {
        data.shutdown();
    }

    /**
     * Ends the context and all it started, and tells the peer, if it is connected. Idempotent, in any state, from any
     * thread, a handler's own too. Waits at most a second for a running handler; after that no callback begins.
     */
    @Override
    public void close() {
        data.shutdown();
        sayGoodbye(); // behind the last datagram
        state.transition(ConnectionState.CLOSED);
        free();
        TransportClosedException cause = new TransportClosedException("The context");
        gathering.done().completeExceptionally(cause);
        establishment.connected().completeExceptionally(cause);
        data.close();
        state.closeListener();
        gathering.close();
        if (ownsEndpoint) {
            endpoint.close();
        }
    }

    private void sayGoodbye() {
        if (state.get() != ConnectionState.CONNECTED && !isSilent()) {
            return;
        }
        try {
            path.sayGoodbye();
        } catch (RuntimeException e) {
            LOG.warn("The peer could not be told of the end; it will find out", e); // the rest must end all the same
        }
    }

    /** Gives back the agent and every table entry; once. */
    private void free() {
        if (!agent.free()) {
            return;
        }
        establishment.close();
        alternatives.close();
        birthday.close();
        path.close();
        endpoint.forget(this);
    }
}
