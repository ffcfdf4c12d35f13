package dev.culvert.peer;

import dev.culvert.dht.Dht;
import dev.culvert.dht.MessageQueue;
import dev.culvert.dht.MessageStore;
import dev.culvert.dht.SplittingDht;
import dev.culvert.identity.Identity;
import dev.culvert.peer.internal.session.QuicSession;
import dev.culvert.peer.internal.session.QuicTls;
import dev.culvert.peer.internal.session.SessionCounters;
import dev.culvert.transport.ConnectFailedException;
import dev.culvert.transport.MessageHandler;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.QueueFullException;
import dev.culvert.transport.SendResult;
import dev.culvert.transport.Tier;
import dev.culvert.transport.TooManyConnectionsException;
import dev.culvert.transport.Transport;
import dev.culvert.transport.TransportClosedException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call that delivers: {@code send(peer, message)} uses a live connection, makes one through NATs, or leaves the
 * message in the DHT queue, and says which in its result. Safe to use from any thread; the handlers run on an executor
 * of their own. Owns what it was built with, the DHT engine too, and ends it all in {@link #close}.
 *
 * <p>Peers reach us when we know them: {@link #addContact}, or a first {@code send} to them.
 *
 * <pre>{@code
 * try (PeerTransport me = PeerTransport.builder(self).dht(dht).directory(directory).open()) {
 *     me.onMessage((from, message) -> System.out.println(from.toShortString() + " sent " + message.id()));
 *     SendResult result = me.send(peer, "hello".getBytes(StandardCharsets.UTF_8)).join();
 *     System.out.println(result.tier() + " after " + result.elapsed());
 * }
 * }</pre>
 */
public final class PeerTransport implements Transport {
    /** Largest message over a connection; the queue's own limit depends on the DHT engine. */
    public static final int MAX_MESSAGE_BYTES = 16 << 20;

    /** Bytes of all messages whose results are pending; more are refused, so that an eager app can not fill the heap. */
    static final long MAX_PENDING_BYTES = 64 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(PeerTransport.class);
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final long JOIN_MILLIS = 1_000;

    private final Identity self;
    private final PeerConfig config;
    private final Dht dht; // with room for any queued message; candidates go through the engine as it is
    private final MessageStore store;
    private final Dialler dialler;
    private final EventLoop loop;
    private final @Nullable ExecutorService ownHandlers;
    private final LinkCounters counters = new LinkCounters();
    private final SessionCounters sessionCounters = new SessionCounters();
    private final AppDelivery delivery;
    private final MessageQueue queue;
    private final Rendezvous rendezvous;
    private final Connections connections;
    private final RealTime realTime;
    private final Announcer announcer = new Announcer();
    private final Contacts contacts;
    private final LoopCalls calls;
    private final AtomicLong pendingBytes = new AtomicLong();
    private final AtomicBoolean closed = new AtomicBoolean();

    PeerTransport(PeerTransportBuilder builder) {
        self = builder.self;
        config = builder.config();
        Dht engine = builder.requireDht();
        dht = SplittingDht.over(engine);
        Clock clock = builder.clock;
        int number = NUMBERS.incrementAndGet();
        Closer opened = new Closer();
        Inlet inlet;
        try {
            store = opened.keep(MessageStore.open(builder.directory()));
            dialler = opened.keep(builder.dialler());
            loop = new EventLoop("culvert-peer-" + number);
            opened.keep(loop::close);
            calls = new LoopCalls(loop);
            ownHandlers = builder.handlers == null ? AppThreads.open("culvert-app-" + number) : null;
            if (ownHandlers != null) {
                opened.keep(ownHandlers::shutdown);
            }
            connections = new Connections(loop, config.maxConnections(), dialler::contextCount, announcer::onEnded);
            realTime = new RealTime(connections::realTime);
            opened.keep(realTime::close);
            delivery = new AppDelivery(
                    store,
                    ownHandlers != null ? ownHandlers : builder.requireHandlers(),
                    clock,
                    loop,
                    System::nanoTime,
                    builder.confirmation,
                    counters);
            queue = opened.keep(MessageQueue.open(self, dht, store, config.queue(), clock));
            rendezvous = opened.keep(
                    builder.rendezvous != null
                            ? builder.rendezvous
                            : new DhtRendezvous(
                                    self, engine, clock, config.queue().quietGetsPerSecond()));
            inlet = new KeeperAnswers(config.keepers(), queue, delivery);
            LinkServices services = new LinkServices(
                    self,
                    config,
                    loop,
                    System::nanoTime,
                    new SecureRandom(),
                    dialler,
                    quicSessions(),
                    connections,
                    realTime,
                    rendezvous,
                    queue,
                    inlet,
                    counters,
                    announcer);
            contacts = new Contacts(services);
        } catch (RuntimeException e) {
            opened.closeAll();
            throw e;
        }
        queue.onMessage((from, id, payload) ->
                inlet.deliver(from, id, payload, Tier.QUEUED).safe());
    }

    /** QUIC over what the dialler connects; where it connects nothing, QUIC need not exist. */
    private Sessions quicSessions() {
        if (!dialler.canDial()) {
            return (peer, larger, firstId, path, room, listener) -> {
                throw new IllegalStateException("There are no connections in this privacy mode");
            };
        }
        QuicSession.Services services = new QuicSession.Services(
                new QuicTls(self.tlsCredentials(), sessionCounters), loop.netty(), MAX_MESSAGE_BYTES, sessionCounters);
        return (peer, larger, firstId, path, room, listener) ->
                new QuicSession(services, peer, larger, firstId, path, room, listener);
    }

    /** Starts to build a transport that speaks for an identity. */
    public static PeerTransportBuilder builder(Identity self) {
        return new PeerTransportBuilder(self);
    }

    /** Joins the DHT in the background: until it has, messages that can not be sent wait on disk. */
    void start() {
        CompletableFuture<Void> joined;
        try {
            joined = dht.bootstrap();
        } catch (RuntimeException e) {
            joined = CompletableFuture.failedFuture(e);
        }
        var unused = joined.exceptionally(failure -> {
            LOG.warn("The {} DHT is not reachable yet: {}", dht.capabilities().engine(), failure.getMessage());
            return null;
        });
        if (!config.keepers().isEmpty()) {
            config.keepers()
                    .forEach(keeper -> addContact(keeper).exceptionally(failure -> {
                        LOG.warn("Keeper {} can not answer: {}", keeper.toShortString(), failure.getMessage());
                        return null;
                    }));
            queue.useKeepers(config.keepers(), this::send);
        }
    }

    @Override
    public PeerId localPeer() {
        return self.peerId();
    }

    /**
     * Lets a peer reach us: its offers are answered and its queued messages fetched from now on. A peer that we send to
     * is a contact by that.
     *
     * @return fails with {@link TooManyConnectionsException} when there are as many as the builder allows
     */
    public CompletableFuture<Void> addContact(PeerId peer) {
        return calls.run(() -> contacts.link(peer));
    }

    /** Knows a peer no more: its connection ends, its offers and queued messages are not looked for. */
    public CompletableFuture<Void> removeContact(PeerId peer) {
        return calls.run(() -> contacts.remove(peer));
    }

    /**
     * Sends one message by the best way that works.
     *
     * @param payload at most {@link #MAX_MESSAGE_BYTES}, and at most {@link #maxQueuedBytes()} if it has to be queued
     * @return completes when the message is safe with the peer, on its disk or handled (see {@link Confirmation}), or when it
     *     is on our disk and queued; fails with
     *     {@link MessageTooLargeException}, {@link QueueFullException} (too much is pending or queued),
     *     {@link TooManyConnectionsException} or {@link TransportClosedException}
     */
    @Override
    public CompletableFuture<SendResult> send(PeerId to, byte[] payload) {
        if (payload.length > MAX_MESSAGE_BYTES) {
            return CompletableFuture.failedFuture(
                    new MessageTooLargeException(payload.length, MAX_MESSAGE_BYTES, "one message"));
        }
        if (pendingBytes.addAndGet(payload.length) > MAX_PENDING_BYTES) {
            pendingBytes.addAndGet(-payload.length);
            return CompletableFuture.failedFuture(new QueueFullException(
                    "Messages of " + MAX_PENDING_BYTES + " bytes are on their way already; wait for their results"));
        }
        byte[] copy = payload.clone();
        CompletableFuture<SendResult> result = calls.begin(
                sent -> contacts.link(to).send(new OutboundMessage(MessageId.random(), copy, sent, System.nanoTime())));
        var unused = result.whenComplete((done, failure) -> pendingBytes.addAndGet(-copy.length));
        return result;
    }

    /**
     * As {@link #send(PeerId, byte[])}, and waits for the result. Not from a connection listener or a {@link RealTime}
     * handler: the transport's own work would wait, too.
     *
     * @param timeout how long to wait; the message stays on its way when it is over
     * @throws TimeoutException if there was no result in time
     * @throws InterruptedException if the thread was interrupted; the message stays on its way
     * @throws dev.culvert.transport.TransportException as the future of the other form
     */
    public SendResult send(PeerId to, byte[] payload, Duration timeout) throws TimeoutException, InterruptedException {
        return Blocking.await(send(to, payload), timeout);
    }

    /** The largest message that can be left for an absent peer, in bytes. */
    public int maxQueuedBytes() {
        return queue.maxMessageBytes();
    }

    /** How many messages wait in the queue for a peer that has not acknowledged them. */
    public CompletableFuture<Integer> queuedFor(PeerId peer) {
        return queue.outstanding(peer);
    }

    /** Completes when each message that waits in the queue is with a keeper: we may be away then. Fails without a keeper. */
    public CompletableFuture<Void> whenKept() {
        return queue.whenKept();
    }

    /**
     * Sets who is told of queued messages that were given up after their life, seven days as a rule: the receiver and the
     * message's id. Told on a thread of the transport's, so it must not block; at least once each, those that ended while
     * we were closed too if it is set within a minute.
     */
    public void onExpired(BiConsumer<PeerId, MessageId> expiryListener) {
        queue.onExpired((to, id) -> {
            if (!config.keepers().contains(to)) {
                expiryListener.accept(to, id);
            }
        });
    }

    @Override
    public void onMessage(MessageHandler handler) {
        delivery.handler(handler);
    }

    /** Datagrams and frames over live connections, which may be lost. */
    public RealTime realTime() {
        return realTime;
    }

    /** Sets who is told of connections. */
    public void onConnection(ConnectionListener connectionListener) {
        announcer.listener(connectionListener);
    }

    /**
     * Connects to a peer, unless it is connected, without sending anything; it is a contact by that. The connection stays
     * until one side ends it.
     *
     * @return fails with {@link ConnectFailedException} when the peer can not be reached now, which takes {@link
     *     PeerTransportBuilder#connectTimeout} at most, or with {@link
     *     TooManyConnectionsException} when there is no room for another peer
     */
    public CompletableFuture<ConnectionInfo> connect(PeerId peer) {
        return calls.begin(result -> contacts.link(peer).connect(result));
    }

    /**
     * As {@link #connect(PeerId)}, and waits for the result.
     *
     * @param timeout how long to wait; the attempt goes on when it is over
     * @throws TimeoutException if there was no result in time
     * @throws InterruptedException if the thread was interrupted; the attempt goes on
     * @throws dev.culvert.transport.TransportException as the future of the other form
     */
    public ConnectionInfo connect(PeerId peer, Duration timeout) throws TimeoutException, InterruptedException {
        return Blocking.await(connect(peer), timeout);
    }

    /**
     * Ends the connection to a peer, or the attempt at one. It stays a contact and can connect again, and so can we; what
     * is on its way goes to the queue.
     *
     * @return completes when everything that the connection held is free; also when there was none
     */
    public CompletableFuture<Void> disconnect(PeerId peer) {
        return calls.run(() -> {
            PeerLink link = contacts.known(peer);
            if (link != null) {
                link.disconnect();
            }
        });
    }

    /** The live connections, now. */
    public CompletableFuture<List<ConnectionInfo>> connections() {
        return calls.ask(connections::list);
    }

    /** The live connection to a peer, if there is one. */
    public CompletableFuture<Optional<ConnectionInfo>> connection(PeerId peer) {
        return calls.ask(() -> connections.of(peer));
    }

    /** The live connection with this number, if there is one. */
    public CompletableFuture<Optional<ConnectionInfo>> connection(long id) {
        return calls.ask(() -> connections.byId(id));
    }

    /** The live connections whose datagrams go to this address; several if several peers share a socket there. */
    public CompletableFuture<List<ConnectionInfo>> connectionsAt(InetSocketAddress remote) {
        return calls.ask(() -> connections.at(remote));
    }

    /** The local addresses that packets to peers leave from; none where the privacy mode allows no connections. */
    public List<InetSocketAddress> localAddresses() {
        return dialler.localAddresses();
    }

    /** By name: what sessions and links dropped, refused or failed in since the start, and how many connections there are now. */
    public Map<String, Long> counters() {
        Map<String, Long> counts = new TreeMap<>();
        counters.addTo(counts);
        sessionCounters.addTo(counts);
        connections.addTo(counts);
        realTime.addTo(counts);
        return counts;
    }

    /**
     * Ends every connection, thread and file of this transport, and the DHT engine it was built with. Messages still on
     * their way fail with {@link TransportClosedException}; queued ones stay on disk. Idempotent; from any thread, a
     * handler's own too; takes a few seconds at most.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (loop.inLoop()) {
            contacts.close();
        } else {
            calls.run(contacts::close)
                    .completeOnTimeout(null, JOIN_MILLIS, TimeUnit.MILLISECONDS)
                    .exceptionally(failure -> {
                        LOG.warn("Not every link could be closed; going on", failure);
                        return null;
                    })
                    .join();
        }
        Closer parts = new Closer(); // the last one is closed first
        parts.keep(store);
        parts.keep(dht);
        parts.keep(this::endHandlers);
        parts.keep(loop::close);
        parts.keep(realTime::close);
        parts.keep(dialler);
        parts.keep(queue);
        parts.keep(rendezvous);
        parts.keep(delivery::close);
        parts.closeAll();
        calls.close();
    }

    /** The sockets under all connections; for tests that cut them off. */
    Dialler dialler() {
        return dialler;
    }

    private void endHandlers() {
        if (ownHandlers == null) {
            return;
        }
        ownHandlers.shutdown();
        if (delivery.isHandling()) {
            return; // closed from inside a handler
        }
        try {
            if (!ownHandlers.awaitTermination(JOIN_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warn("A message handler is still running after close; no other will begin");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
