package dev.culvert.peer;

import dev.culvert.peer.internal.session.Handover;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.Tier;
import dev.culvert.transport.TransportException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    /** Signals remembered so as to know one that is shown again: more than a rendezvous can hold of one peer. */
    private static final int REMEMBERED_SIGNALS = 64;

    private final LinkServices services;
    private final PeerId peer;
    private final LinkMessages messages;
    private final Set<Long> seenSignals = new LinkedHashSet<>();
    private final Rendezvous.Watch watch;
    private @Nullable Attempt connecting;
    private @Nullable Attempt live;
    private long liveSinceNanos;
    private boolean liveDelivered;
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
        if (live == null && connecting == null && !isDialAllowed()) {
            messages.enqueue(message);
            return;
        }
        messages.send(message);
        if (live == null && connecting == null) {
            begin(null);
        }
    }

    private boolean isDialAllowed() {
        return services.dialler().canDial() && (mayDial || services.nanoTime().getAsLong() - noDialBeforeNanos >= 0);
    }

    // ---- the connection

    private void begin(@Nullable SessionSignal offer) {
        Events events = new Events();
        try {
            Attempt attempt = new Attempt(services, peer, offer, events);
            events.attempt = attempt;
            connecting = attempt;
        } catch (TransportException e) {
            LOG.warn("No connection to {} can be begun: {}", peer.toShortString(), e.getMessage());
            giveUpDialing();
        }
    }

    private void onSignal(byte[] bytes) {
        if (closed || bytes.length == 0) {
            return; // an empty one takes the last one back
        }
        SessionSignal signal;
        try {
            signal = SessionSignal.fromBytes(bytes);
        } catch (TransportException e) {
            services.counters().malformedSignals.increment();
            return;
        }
        if (!isNew(signal)) {
            services.counters().staleSignals.increment();
            return;
        }
        if (connecting != null && connecting.take(signal)) {
            return;
        }
        if (!signal.isOffer()) {
            services.counters().staleSignals.increment();
            return;
        }
        if (!services.dialler().canDial()) {
            services.counters().unansweredOffers.increment(); // the peer gives up and uses the queue, as we do
            return;
        }
        // A new offer of a peer that we thought connected or connecting: it has started anew, and so do we. The live
        // connection stays until the new one is up.
        if (connecting != null) {
            connecting.close();
            connecting = null;
        }
        begin(signal);
    }

    private boolean isNew(SessionSignal signal) {
        if (!seenSignals.add(signal.id())) {
            return false;
        }
        if (seenSignals.size() > REMEMBERED_SIGNALS) {
            seenSignals.remove(seenSignals.iterator().next());
        }
        return true;
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
        public void onDelivered(MessageId id) {
            liveDelivered = true;
            messages.onDelivered(id);
        }

        @Override
        public void onDown(String cause, List<MessageId> undelivered) {
            if (attempt != null) {
                attempt.close();
            }
            if (attempt == live) {
                onLiveDown(cause);
            } else if (attempt == connecting) {
                onAttemptFailed(attempt, cause);
            }
        }

        @Override
        public void onAttemptFailed(@Nullable Attempt failed, String cause) {
            if (failed == connecting) {
                connecting = null;
                services.counters().failedAttempts.increment();
                LOG.info("No connection to {}: {}", peer.toShortString(), cause);
                giveUpDialing();
            }
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
            old.close();
        }
        services.listener().onConnected(attempt.info()); // before anything of this connection can end it
        messages.carryOver(attempt);
    }

    private void onLiveDown(String cause) {
        live = null;
        messages.down();
        services.listener().onDisconnected(peer, cause);
        if (!messages.isWaiting() || connecting != null) {
            return;
        }
        // A peer that connects and can take nothing would have us connect again at once, for ever.
        long lived = services.nanoTime().getAsLong() - liveSinceNanos;
        if (liveDelivered || lived >= REDIAL_PAUSE.toNanos()) {
            begin(null);
        } else {
            giveUpDialing();
        }
    }

    private void giveUpDialing() {
        mayDial = false;
        noDialBeforeNanos = services.nanoTime().getAsLong() + REDIAL_PAUSE.toNanos();
        messages.giveUp();
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
        if (connecting != null) {
            connecting.close();
            connecting = null;
        }
        if (live != null) {
            live.close();
            live = null;
        }
        messages.close(what);
    }

    private void endWatch() {
        try {
            watch.close();
        } catch (RuntimeException e) {
            LOG.warn("The rendezvous did not end the watch for {}", peer.toShortString(), e);
        }
    }
}
