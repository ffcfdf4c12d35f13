package dev.culvert.peer;

import dev.culvert.peer.internal.session.Handover;
import dev.culvert.peer.internal.session.ReceiveRoom;
import dev.culvert.transport.ConnectFailedException;
import dev.culvert.transport.EndCause;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.Tier;
import dev.culvert.transport.TooManyConnectionsException;
import dev.culvert.transport.TransportClosedException;
import dev.culvert.transport.TransportException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that concerns one peer: its messages on their way out, the one connection that carries them or the attempt at
 * one, and the watch for its offers. Decides the tier of each message: a live connection, else a new one, else the
 * queue. Event loop only; lives as long as the peer is a contact.
 */
final class PeerLink {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);

    /** After a failed attempt messages go straight to the queue for so long, instead of waiting for another. */
    private static final Duration REDIAL_PAUSE = Duration.ofSeconds(10);

    /**
     * Connections in a row that end soon and deliver nothing, after which the peer is taken for one that takes nothing. One
     * alone may be a path that died under its first messages.
     */
    private static final int MOST_FRUITLESS = 2;

    private final LinkServices services;
    private final PeerId peer;
    private final LinkMessages messages;
    private final ReceiveRoom room = new ReceiveRoom();
    private final List<CompletableFuture<ConnectionInfo>> wanted = new ArrayList<>();
    private final SignalMemory signals = new SignalMemory();
    private final Rendezvous.Watch watch;
    private @Nullable Attempt connecting;
    private @Nullable Attempt live;
    private long liveSinceNanos;
    private boolean liveDelivered;
    private int fruitless;
    private long noDialBeforeNanos;
    private boolean mayDial = true;
    private boolean closed;

    PeerLink(LinkServices services, PeerId peer) {
        this.services = services;
        this.peer = peer;
        this.messages = new LinkMessages(services, peer);
        services.queue().watch(peer);
        try {
            watch = services.rendezvous()
                    .watch(
                            peer,
                            services.config().pollInterval(),
                            signal -> services.loop().execute(() -> onSignal(signal)));
        } catch (RuntimeException e) {
            services.queue().unwatch(peer);
            throw e;
        }
    }

    // ---- messages out

    void send(OutboundMessage message) {
        boolean idle = live == null && connecting == null;
        if (idle && !isDialAllowed()) {
            messages.enqueue(message);
        } else if (idle && !services.connections().hasRoomFor(peer)) {
            services.counters().noSlot.increment();
            messages.enqueueForWantOf(noSlot(), message);
        } else {
            messages.send(message);
            if (idle) {
                begin();
            }
        }
    }

    private TooManyConnectionsException noSlot() {
        return new TooManyConnectionsException(services.connections().slots());
    }

    private boolean isDialAllowed() {
        return services.dialler().canDial() && (mayDial || services.nanoTime().getAsLong() - noDialBeforeNanos >= 0);
    }

    // ---- the connection

    /** Connects if need be, even shortly after an attempt that failed: the app knows why it asks. */
    void connect(CompletableFuture<ConnectionInfo> result) {
        if (live != null) {
            result.complete(live.info());
        } else if (!services.dialler().canDial()) {
            result.completeExceptionally(new ConnectFailedException("This privacy mode allows no connections"));
        } else if (!services.connections().hasRoomFor(peer)) {
            services.counters().noSlot.increment();
            result.completeExceptionally(noSlot());
        } else {
            wanted.add(result);
            if (connecting == null) {
                begin();
            }
            limit(result); // behind the attempt's own: who asks again when it fails must not join what is ending
        }
    }

    /** For as long as one attempt may take: a peer that makes one offer after the other replaces attempts without end. */
    private void limit(CompletableFuture<ConnectionInfo> result) {
        Duration limit = services.config().connectTimeout();
        EventLoop.Timer late = services.loop()
                .schedule(
                        () -> {
                            result.completeExceptionally(
                                    new ConnectFailedException("No connection within " + limit.toMillis() + " ms"));
                            wanted.removeIf(CompletableFuture::isDone);
                        },
                        limit);
        var unused = result.whenComplete((info, failure) -> late.cancel());
    }

    private void failWanted(TransportException cause) {
        List<CompletableFuture<ConnectionInfo>> waiting = List.copyOf(wanted);
        wanted.clear();
        waiting.forEach(result -> result.completeExceptionally(cause));
    }

    /** Ends the connection, or the attempt at one; what it has not delivered goes to the queue. */
    void disconnect() {
        closeConnections("The connection was closed");
        messages.down();
        messages.giveUp();
        failWanted(new ConnectFailedException("This side ended the attempt"));
    }

    private void closeConnections(String detail) {
        Attempt wasConnecting = connecting;
        Attempt wasLive = live;
        connecting = null;
        live = null;
        if (wasConnecting != null) {
            wasConnecting.close(EndCause.CLOSED_HERE, detail);
        }
        if (wasLive != null) {
            wasLive.close(EndCause.CLOSED_HERE, detail);
        }
    }

    /** With an offer of our own; but a peer that still waits for an answer would take that for one. */
    private void begin() {
        begin(signals.leftOffer(
                services.nanoTime().getAsLong(), services.config().connectTimeout()));
    }

    private void begin(@Nullable SessionSignal offer) {
        signals.leaveNone();
        Events events = new Events();
        try {
            Attempt attempt = new Attempt(services, peer, offer, room, events);
            events.attempt = attempt;
            connecting = attempt;
        } catch (TransportException e) {
            LOG.warn("No connection to {} can be begun: {}", peer.toShortString(), e.getMessage());
            giveUpDialing(e);
        } catch (RuntimeException e) {
            LOG.error("No connection to {} can be begun", peer.toShortString(), e);
            giveUpDialing(new ConnectFailedException("No connection could be begun: " + e));
        }
    }

    private void onSignal(byte[] bytes) {
        if (closed) {
            return;
        }
        if (bytes.length == 0) {
            signals.leaveNone(); // the peer takes its last one back
            return;
        }
        SessionSignal signal;
        try {
            signal = SessionSignal.fromBytes(bytes);
        } catch (TransportException e) {
            services.counters().malformedSignals.increment();
            return;
        }
        boolean isNew = signals.isNew(signal);
        if (signal.isGivenUp()) {
            onGivenUp(signal);
            return;
        }
        if (!isNew) {
            if (!takeAgain(signal)) {
                services.counters().staleSignals.increment();
            }
            return;
        }
        if (connecting != null && connecting.take(signal)) {
            return;
        }
        if (!signal.isOffer()) {
            if (connecting != null && connecting.isAnsweredBy(signal)) {
                // For the second time: who answered first is gone, and whoever took its place waits for us.
                Attempt older = connecting;
                connecting = null;
                older.close(EndCause.REPLACED, "the peer answered again");
                begin();
            } else {
                services.counters().staleSignals.increment();
            }
            return;
        }
        if (!services.dialler().canDial()) {
            services.counters().unansweredOffers.increment(); // the peer gives up and uses the queue, as we do
            return;
        }
        if (!services.connections().hasRoomFor(peer)) {
            services.counters().noSlot.increment(); // as above
            signals.leave(signal, services.nanoTime().getAsLong());
            return;
        }
        // A new offer of a peer that we thought connected or connecting: it has started anew, and so do we. The live
        // connection stays until the new one is up.
        if (connecting != null) {
            Attempt older = connecting;
            connecting = null;
            older.close(EndCause.REPLACED, "the peer made a new offer");
        }
        begin(signal);
    }

    /** The peer tells again what it told before, with more candidates. */
    private boolean takeAgain(SessionSignal signal) {
        if (signals.isOfLeftOffer(signal)) {
            if (signal.hasDescription()) {
                signals.leaveInstead(signal);
            } else {
                services.counters().malformedSignals.increment();
            }
            return true;
        }
        return (connecting != null && connecting.takeAgain(signal)) || (live != null && live.takeAgain(signal));
    }

    /** Nobody waits for us there any longer, and so we do not wait either. */
    private void onGivenUp(SessionSignal signal) {
        if (signals.isOfLeftOffer(signal)) {
            signals.leaveNone();
        } else if (connecting != null && connecting.isGivenUpBy(signal)) {
            Attempt over = connecting;
            connecting = null;
            over.close(EndCause.CLOSED_BY_PEER, "the peer gave the attempt up");
            services.counters().failedAttempts.increment();
            redialIfWanted(false);
        } else if (live != null && live.isGivenUpBy(signal)) {
            live.end(EndCause.CLOSED_BY_PEER, "the peer had given it up before it was up there");
        }
    }

    /** What happens to one attempt; hears nothing more once the link has let go of it. */
    private final class Events implements Attempt.Owner {
        private @Nullable Attempt attempt;

        @Override
        public void onUp() {
            if (attempt != null && attempt == connecting) {
                becomeLive(attempt);
            }
        }

        @Override
        public Handover onMessage(MessageId id, byte[] payload) {
            Tier tier = connection().map(ConnectionInfo::tier).orElse(Tier.ICE);
            return services.inlet().deliver(peer, id, payload, tier);
        }

        @Override
        public void onDatagram(ByteBuffer payload) {
            RealTimeChannel channel = attempt == null ? null : attempt.realTime();
            if (channel != null) {
                channel.onDatagram(payload);
            } else {
                services.counters().early.increment();
            }
        }

        @Override
        public void onDelivered(MessageId id) {
            liveDelivered = true;
            messages.onDelivered(id);
        }

        @Override
        public void onDown(EndCause cause, String detail, List<MessageId> undelivered) {
            if (attempt == null) {
                return;
            }
            boolean wasLive = attempt == live;
            if (wasLive) {
                live = null;
                messages.down();
                services.listener().onDisconnected(peer, detail);
            }
            attempt.close(cause, detail);
            if (wasLive) {
                redialIfWanted(bore());
            } else {
                onAttemptFailed(attempt, cause, detail);
            }
        }

        @Override
        public void onAttemptFailed(Attempt failed, EndCause cause, String detail) {
            if (failed == connecting) {
                connecting = null;
                services.counters().failedAttempts.increment();
                LOG.info("No connection to {}: {}", peer.toShortString(), detail);
                giveUpDialing(new ConnectFailedException(detail));
            }
        }

        @Override
        public boolean holds(Attempt held) {
            return !closed && (held == live || held == connecting);
        }
    }

    private void becomeLive(Attempt attempt) {
        Attempt old = live;
        live = attempt;
        connecting = null;
        mayDial = true;
        liveSinceNanos = services.nanoTime().getAsLong();
        liveDelivered = false;
        attempt.up();
        if (old != null) {
            old.close(EndCause.REPLACED, "a newer connection is up");
        }
        ConnectionInfo info = attempt.info();
        services.listener().onConnected(info); // before anything of this connection can end it
        List<CompletableFuture<ConnectionInfo>> waiting = List.copyOf(wanted);
        wanted.clear();
        waiting.forEach(result -> result.complete(info));
        messages.carryOver(attempt);
    }

    /** Whether what was live until now was worth it. */
    private boolean bore() {
        long lived = services.nanoTime().getAsLong() - liveSinceNanos;
        return liveDelivered || lived >= REDIAL_PAUSE.toNanos();
    }

    private void redialIfWanted(boolean bore) {
        if (bore) {
            fruitless = 0;
        }
        if (connecting != null || (!messages.isWaiting() && wanted.isEmpty())) {
            return;
        }
        // A peer that connects and can take nothing would have us connect again at once, for ever.
        if (bore || ++fruitless < MOST_FRUITLESS) {
            begin();
        } else {
            giveUpDialing(new ConnectFailedException("The peer ends every connection at once"));
        }
    }

    private void giveUpDialing(TransportException cause) {
        mayDial = false;
        fruitless = 0;
        noDialBeforeNanos = services.nanoTime().getAsLong() + REDIAL_PAUSE.toNanos();
        messages.giveUp();
        failWanted(cause);
    }

    Optional<ConnectionInfo> connection() {
        return Optional.ofNullable(live).map(Attempt::info);
    }

    /**
     * Lets go of the peer: pending messages fail, the connection ends. Idempotent.
     *
     * @param what was closed, for the error text
     */
    void close(String what) {
        if (closed) {
            return;
        }
        closed = true;
        endWatch();
        services.queue().unwatch(peer);
        closeConnections(what + " was closed");
        messages.close(what);
        failWanted(new TransportClosedException(what));
    }

    private void endWatch() {
        try {
            watch.close();
        } catch (RuntimeException e) {
            LOG.warn("The rendezvous did not end the watch for {}", peer.toShortString(), e);
        }
    }
}
