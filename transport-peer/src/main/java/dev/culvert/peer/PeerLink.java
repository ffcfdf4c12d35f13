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

    private final LinkServices services;
    private final PeerId peer;
    private final LinkMessages messages;
    private final ReceiveRoom room = new ReceiveRoom();
    private final WantedConnections wanted;
    private final DialRule dialling = new DialRule();
    private final SignalMemory signals = new SignalMemory();
    private final Rendezvous.Watch watch;
    private @Nullable Attempt connecting;
    private @Nullable Attempt live;
    private boolean closed;

    PeerLink(LinkServices services, PeerId peer) {
        this.services = services;
        this.peer = peer;
        this.messages = new LinkMessages(services, peer);
        this.wanted = new WantedConnections(services.loop(), services.config().connectTimeout());
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
        return services.dialler().canDial() && dialling.isAllowed(now());
    }

    private long now() {
        return services.nanoTime().getAsLong();
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
            wanted.limit(result);
        }
    }

    /** Ends the connection, or the attempt at one; what it has not delivered goes to the queue. */
    void disconnect() {
        closeConnections("The connection was closed");
        messages.down();
        messages.giveUp();
        wanted.fail(new ConnectFailedException("This side ended the attempt"));
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

    /** With an answer where the peer still waits at its offer, as it would take an offer of ours for one; else with an offer. */
    private void begin() {
        begin(signals.openOffer(now(), services.config().connectTimeout()));
    }

    private void begin(@Nullable SessionSignal offer) {
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
            signals.closeOffer(); // the peer takes its last one back
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
        if (signal.isOffer()) {
            signals.openOffer(signal, now());
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
                signals.closeOffer(); // whose it was is gone, too
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
        boolean isOpenOffer = signals.isRepeatedOffer(signal);
        if (isOpenOffer && !signal.hasDescription()) {
            services.counters().malformedSignals.increment();
            return true;
        }
        if (isOpenOffer) {
            signals.openOfferAgain(signal);
        }
        return (connecting != null && connecting.takeAgain(signal))
                || (live != null && live.takeAgain(signal))
                || isOpenOffer;
    }

    /** Nobody waits for us there any longer, and so we do not wait either. */
    private void onGivenUp(SessionSignal signal) {
        if (signals.isOfOpenOffer(signal)) {
            signals.closeOffer();
        }
        if (connecting != null && connecting.isGivenUpBy(signal)) {
            Attempt over = connecting;
            connecting = null;
            over.close(EndCause.CLOSED_BY_PEER, "the peer gave the attempt up");
            services.counters().failedAttempts.increment();
            dialling.onGivenUp();
            if (wanted.isEmpty() && !isDialAllowed()) {
                messages.giveUp(); // or two that fail in turn would try without a pause
            } else {
                redialIfWanted();
            }
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
            dialling.onDelivered();
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
                dialling.onDown(now());
                redialIfWanted();
            } else {
                onAttemptFailed(attempt, cause, detail);
            }
        }

        @Override
        public void onAttemptFailed(Attempt failed, EndCause cause, String detail) {
            if (failed == connecting) {
                connecting = null;
                if (cause == EndCause.SIGNALLING_FAILED) {
                    signals.closeOffer(); // it may be the offer that is at fault
                }
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
        signals.closeOffer();
        dialling.onUp(now());
        attempt.up();
        if (old != null) {
            old.close(EndCause.REPLACED, "a newer connection is up");
        }
        ConnectionInfo info = attempt.info();
        services.listener().onConnected(info); // before anything of this connection can end it
        wanted.complete(info);
        messages.carryOver(attempt);
    }

    private void redialIfWanted() {
        if (connecting != null || live != null) {
            return;
        }
        if (!messages.isWaiting() && wanted.isEmpty()) {
            messages.giveUp(); // what comes next has an attempt of its own to wait for
            return;
        }
        if (dialling.isWorthAnother()) {
            begin();
        } else {
            giveUpDialing(
                    new ConnectFailedException("The peer ends every connection at once, or every attempt at one"));
        }
    }

    private void giveUpDialing(TransportException cause) {
        dialling.pause(now());
        messages.giveUp();
        wanted.fail(cause);
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
        wanted.fail(new TransportClosedException(what));
    }

    private void endWatch() {
        try {
            watch.close();
        } catch (RuntimeException e) {
            LOG.warn("The rendezvous did not end the watch for {}", peer.toShortString(), e);
        }
    }
}
