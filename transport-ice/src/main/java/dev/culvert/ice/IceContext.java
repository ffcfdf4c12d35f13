package dev.culvert.ice;

import dev.culvert.ice.internal.ConsentMonitor;
import dev.culvert.ice.internal.ConsentMonitor.Consent;
import dev.culvert.ice.internal.ReflexiveDiscovery.Mapping;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.ice4j.IceAgent;
import dev.culvert.transport.BufferTooSmallException;
import dev.culvert.transport.ConnectFailedException;
import dev.culvert.transport.ConnectionState;
import dev.culvert.transport.InvalidDescriptionException;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.TransportClosedException;
import dev.culvert.transport.TransportException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One peer's path: gather, tell the peer, connect, then datagrams both ways. Safe to use from any thread. Data is
 * received by a handler on the endpoint's I/O thread or from a {@link ReceiveQueue}, as the {@link ContextConfig} says;
 * timers and state changes run on the endpoint's STUN thread. Lives until {@link #close}, or its endpoint's.
 */
public final class IceContext implements AutoCloseable {
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final IceEndpoint endpoint;
    private final boolean ownsEndpoint;
    private final ContextState state;
    private final DataPath data;
    private final ContextAgent agent;
    private final CheckIntake intake = new CheckIntake();
    private final ConsentWatch consent;
    private final CompletableFuture<IceDescription> gathered = new CompletableFuture<>();
    private final CompletableFuture<SelectedPair> connected = new CompletableFuture<>();

    private volatile List<IceCandidate> remoteCandidates = List.of();
    private volatile @Nullable SelectedPair selectedPair;
    private volatile @Nullable ScheduledFuture<?> connectTimer;

    IceContext(IceEndpoint endpoint, ContextConfig config, boolean ownsEndpoint) {
        this.endpoint = endpoint;
        this.ownsEndpoint = ownsEndpoint;
        state = new ContextState("ice-" + NUMBERS.incrementAndGet(), config.stateListener(), endpoint.stunThread());
        data = new DataPath(config, endpoint.buffers());
        agent = new ContextAgent(this, endpoint, data);
        consent = new ConsentWatch(endpoint.stunThread(), this::followConsent);
    }

    /** A context on an endpoint of its own, which it closes with itself. */
    public static IceContext open(IceConfig config) {
        return open(config, ContextConfig.queue());
    }

    /** A context on an endpoint of its own, which it closes with itself. */
    public static IceContext open(IceConfig config, ContextConfig contextConfig) {
        return IceEndpoint.open(config).newContext(contextConfig, true);
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
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("The time to gather is 0 or more, not " + timeout);
        }
        if (!state.transition(ConnectionState.GATHERING)) {
            requireNotOver();
            throw new IllegalStateException("A context gathers once; this one is " + state.get());
        }
        try {
            IceAgent made = endpoint.attach(this, new Progress());
            intake.localKey(made.integrityKey());
            agent.keep(made);
        } catch (RuntimeException e) {
            fail(e);
            return gathered;
        }
        var unused = endpoint.prober().reflexive(timeout).thenAccept(this::onReflexive);
        return gathered;
    }

    /** Like {@link #gatherAsync}, and waits for it. */
    public IceDescription gather(Duration timeout) {
        return join(gatherAsync(timeout));
    }

    private void onReflexive(List<Mapping> mappings) {
        IceAgent current = agent.current();
        if (current == null) {
            return; // closed or failed meanwhile
        }
        try {
            mappings.forEach(current::addReflexive);
            IceDescription description = current.describeLocal();
            if (state.transition(ConnectionState.GATHERED)) {
                gathered.complete(description);
            }
        } catch (RuntimeException e) {
            fail(e); // or else who waits for the description would wait for ever
        }
    }

    /**
     * Finds a working pair with the peer's candidates.
     *
     * @param remote the peer's description
     * @param role the two sides take different ones; should they not, the checks settle it
     * @param timeout after which the context fails; 0 is not allowed
     * @return the selected pair; fails with {@link ConnectFailedException} or {@link TransportClosedException}
     * @throws InvalidDescriptionException if the description has no candidates
     * @throws IllegalStateException if the context has not gathered, or was connected before
     */
    public CompletableFuture<SelectedPair> connectAsync(IceDescription remote, Role role, Duration timeout) {
        if (remote.candidates().isEmpty()) {
            throw new InvalidDescriptionException("The remote description has no candidates; nothing can be checked");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("The time to connect must be positive, not " + timeout);
        }
        if (!state.transition(ConnectionState.CONNECTING)) {
            requireNotOver();
            throw new IllegalStateException("connect() follows gather() once; this context is " + state.get());
        }
        remoteCandidates = remote.candidates();
        intake.remotePassword(remote.password());
        Tasks.tryExecute(endpoint.stunThread(), () -> startChecks(remote, role));
        connectTimer = Tasks.trySchedule(endpoint.stunThread(), () -> onConnectTimeout(timeout), timeout);
        if (state.get().isOver()) {
            cancel(connectTimer); // closed meanwhile
        }
        return connected;
    }

    /** Like {@link #connectAsync}, and waits for it. */
    public SelectedPair connect(IceDescription remote, Role role, Duration timeout) {
        return join(connectAsync(remote, role, timeout));
    }

    private void startChecks(IceDescription remote, Role role) {
        IceAgent current = agent.current();
        if (current == null) {
            return; // closed or failed meanwhile
        }
        intake.begin();
        try {
            current.start(remote, role == Role.CONTROLLING);
            intake.start().forEach(this::handToAgent);
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void onConnectTimeout(Duration timeout) {
        if (state.get() == ConnectionState.CONNECTING) {
            fail(notConnected("within " + timeout.toMillis() + " ms"));
        }
    }

    private ConnectFailedException notConnected(String how) {
        IceAgent current = agent.current();
        return new ConnectFailedException("No path to the peer was found " + how + ": tried local "
                + (current == null ? "[]" : current.describeLocal().candidates()) + " with remote " + remoteCandidates
                + "; a firewall may block UDP, or the peer did not start its checks");
    }

    private void requireNotOver() {
        if (state.get().isOver()) {
            throw new TransportClosedException("The context");
        }
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof TransportException cause) {
                throw cause;
            }
            throw e;
        }
    }

    // ---- what the agent reports

    /** Hears the agent on whatever thread it is on, and goes on with it on the STUN thread. */
    private final class Progress implements IceAgent.Listener {
        @Override
        public void send(byte[] message, InetSocketAddress local, InetSocketAddress remote) throws IOException {
            agent.send(message, local, remote);
        }

        @Override
        public void onSelected(SelectedPair pair) {
            Tasks.tryExecute(endpoint.stunThread(), () -> select(pair));
        }

        @Override
        public void onFailed() {
            Tasks.tryExecute(endpoint.stunThread(), () -> fail(notConnected("although every pair was checked")));
        }

        @Override
        public void onConsent(boolean answered) {
            Tasks.tryExecute(endpoint.stunThread(), () -> consent.onCheck(answered));
        }
    }

    private void select(SelectedPair pair) {
        EndpointSocket socket = endpoint.socket(pair.base());
        if (socket == null) {
            fail(new IllegalStateException("The selected pair's base " + pair.base() + " is none of our sockets"));
            return;
        }
        if (state.get() != ConnectionState.CONNECTING) {
            return;
        }
        agent.routes().validate(socket, pair.remoteAddress());
        data.select(socket, pair.remoteAddress());
        selectedPair = pair;
        if (state.transition(ConnectionState.CONNECTED)) {
            cancel(connectTimer);
            consent.begin();
            connected.complete(pair);
        }
    }

    private void followConsent(Consent now) {
        switch (now) {
            case FRESH -> state.transition(ConnectionState.CONNECTED);
            case MISSED -> state.transition(ConnectionState.DISCONNECTED);
            case EXPIRED ->
                fail(new ConnectFailedException("The peer has not answered a check for "
                        + ConsentMonitor.EXPIRY.toSeconds() + " s; connect again with a new context"));
        }
    }

    // ---- what the endpoint hands over

    CheckIntake intake() {
        return intake;
    }

    /** STUN thread: a message made with the keys of this context. */
    void onAuthenticStun(EndpointSocket socket, InetSocketAddress from, StunMessage message) {
        switch (intake.admit(message, from)) {
            case ADMITTED -> {
                // Below.
            }
            case REPLAYED -> {
                data.count(DropCause.STUN_REPLAYED);
                return;
            }
            case TOO_MANY -> {
                data.count(DropCause.TOO_MANY_REQUESTS);
                return;
            }
        }
        if (provesAddress(message) && !agent.routes().validate(socket, from)) {
            data.count(DropCause.TOO_MANY_ROUTES);
            return;
        }
        CheckIntake.Check check = new CheckIntake.Check(socket, from, message);
        if (intake.isStarted()) {
            handToAgent(check);
        } else if (!intake.keepEarly(check)) {
            data.count(DropCause.STUN_BACKLOG);
        }
    }

    /**
     * Whether data is the peer's if it comes from where this message came from. An answer to our own check always shows
     * that. A request does only while checks are on: later, one that was seen going by could be sent again from anywhere.
     */
    private boolean provesAddress(StunMessage message) {
        return message.kind() != StunMessage.Kind.REQUEST || selectedPair == null;
    }

    private void handToAgent(CheckIntake.Check check) {
        IceAgent current = agent.current();
        byte[] message = check.message().coveredBytes();
        if (current != null
                && !current.receive(message, check.from(), check.socket().localAddress())) {
            data.count(DropCause.STUN_REFUSED);
        }
    }

    /** I/O thread: a datagram from a validated address. */
    void onData(ByteBuffer payload) {
        data.onData(payload);
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

    /** The state now; it may change at any time. */
    public ConnectionState state() {
        return state.get();
    }

    /** The pair that carries the data; null before CONNECTED. */
    public @Nullable SelectedPair selectedPair() {
        return selectedPair;
    }

    /** The context's numbers now. */
    public IceStats stats() {
        return new IceStats(
                state.get(),
                selectedPair,
                data.sentPackets(),
                data.sentBytes(),
                data.receivedPackets(),
                data.receivedBytes(),
                data.drops());
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
        gathered.completeExceptionally(cause);
        connected.completeExceptionally(cause);
    }

    /**
     * Stops data: nothing is delivered or sent any more, the queue is cleared, and every waiting receiver returns -1.
     * The context still answers the peer's checks until it is closed. Idempotent.
     */
    public void shutdown() {
        data.shutdown();
    }

    /**
     * Ends the context and all it started. Idempotent, in any state, from any thread, a handler's own too. Waits at most
     * a second for a running handler; after that no callback begins.
     */
    @Override
    public void close() {
        data.shutdown();
        state.transition(ConnectionState.CLOSED);
        free();
        TransportClosedException cause = new TransportClosedException("The context");
        gathered.completeExceptionally(cause);
        connected.completeExceptionally(cause);
        data.close();
        state.closeListener();
        if (ownsEndpoint) {
            endpoint.close();
        }
    }

    /** Gives back the agent and every table entry; once. */
    private void free() {
        if (!agent.free()) {
            return;
        }
        cancel(connectTimer);
        consent.close();
        endpoint.forget(this);
    }

    private static void cancel(@Nullable ScheduledFuture<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
