package dev.culvert.ice.internal.turn;

import dev.culvert.ice.TurnCredentials;
import dev.culvert.ice.internal.StunAttribute;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.TransactionId;
import dev.culvert.ice.internal.Unicast;
import dev.culvert.ice.internal.turn.Exchange.Kind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One relayed address at a TURN server (RFC 8656), from the first request to the last: what to say when, and what the
 * answers mean. Pure logic in the caller's time (nanoseconds of any origin); not thread-safe.
 */
public final class Allocation {
    /** Where it is. */
    public enum State {
        ALLOCATING,
        READY,
        /** The server is asked to forget it. */
        ENDING,
        /** Over; {@link #failure} tells why, if not by {@link #end}. */
        OVER
    }

    /** RFC 8489 section 6.2.1 has 500 ms; half of it, as {@code ReflexiveDiscovery}, finds dead servers out sooner. */
    static final Duration FIRST_RTO = Duration.ofMillis(250);

    static final int MAX_SENDS = 4;

    /** How long a server may take to answer over a wire that loses nothing. */
    static final Duration RELIABLE_TIMEOUT = Duration.ofSeconds(5);

    /** Asked for; RFC 8656 section 3.2 makes it the default. */
    static final Duration LIFETIME = Duration.ofMinutes(10);

    /** No server is believed that a relay lives longer. */
    static final Duration MOST_LIFETIME = Duration.ofHours(1);

    /** A refresh has so long to get through, or half of a shorter lifetime. */
    static final Duration MARGIN = Duration.ofMinutes(1);

    /** Permissions end after 300 s (RFC 8656 section 9), so they are renewed before; a channel's binding renews its own. */
    static final Duration RENEW = Duration.ofMinutes(4);

    private static final int MAX_CHALLENGES = 3;

    /** Peers' addresses with a permission; one peer has a few. */
    private static final int MAX_PERMISSIONS = 128;

    private final TurnCredentials credentials;
    private final boolean reliable;
    private final SecureRandom random;
    private final List<byte[]> outbox = new ArrayList<>();
    private final Map<TransactionId, Exchange> pending = new LinkedHashMap<>();
    private final Map<InetAddress, Long> permitted = new HashMap<>(); // until when it needs no renewal
    private final Channels channels = new Channels();
    private State state = State.ALLOCATING;
    private @Nullable LongTermKey key;
    private @Nullable InetSocketAddress relayed;
    private @Nullable String failure;
    private boolean suspected;
    private boolean portTaken;
    private boolean refused;
    private long refreshNanos;
    private long expiryNanos;

    /**
     * Begins; {@link #takeMessages} has the first request.
     *
     * @param reliable whether requests get lost on the way
     */
    public Allocation(TurnCredentials credentials, boolean reliable, SecureRandom random, long nowNanos) {
        this.credentials = credentials;
        this.reliable = reliable;
        this.random = random;
        begin(Kind.ALLOCATE, null, 0, nowNanos);
    }

    public State state() {
        return state;
    }

    /** The address at the server that peers send to; null before {@link State#READY}. */
    public @Nullable InetSocketAddress relayed() {
        return relayed;
    }

    /** Why it is over, for people; null while it is not, or if it was ended by us. */
    public @Nullable String failure() {
        return failure;
    }

    /**
     * Whether it is over because the server has a relay for the port that we ask from: somebody else's, or one of ours
     * that it still holds. Another port may do (RFC 8656 section 7.4).
     */
    public boolean isPortTaken() {
        return portTaken;
    }

    /** Whether it is over because the server said so, and not because it was silent. */
    public boolean isRefused() {
        return refused;
    }

    /** What is to be sent now, in this order. */
    public Collection<byte[]> takeMessages() {
        List<byte[]> taken = List.copyOf(outbox);
        outbox.clear();
        return taken;
    }

    // ---- asking

    private void begin(Kind kind, @Nullable InetSocketAddress peer, int challenges, long nowNanos) {
        TransactionId id = TransactionId.random(random);
        byte[] message = write(kind, peer, id);
        Exchange exchange = new Exchange(kind, peer, id, message, key != null, challenges, nowNanos);
        pending.put(id, exchange);
        send(exchange, nowNanos);
    }

    private byte[] write(Kind kind, @Nullable InetSocketAddress peer, TransactionId id) {
        if (peer != null) {
            return kind == Kind.BIND
                    ? TurnMessages.channelBind(id, channels.numberOf(peer), peer, key)
                    : TurnMessages.createPermission(id, peer, key);
        }
        return switch (kind) {
            case ALLOCATE -> TurnMessages.allocate(id, key);
            case REFRESH -> TurnMessages.refresh(id, (int) LIFETIME.toSeconds(), key);
            default -> TurnMessages.refresh(id, 0, key);
        };
    }

    private void send(Exchange exchange, long nowNanos) {
        outbox.add(exchange.message);
        Duration wait = reliable ? RELIABLE_TIMEOUT : FIRST_RTO.multipliedBy(1L << exchange.sends);
        exchange.sends++;
        exchange.nextNanos = nowNanos + wait.toNanos();
    }

    private boolean isAsked(Kind kind, @Nullable InetSocketAddress peer) {
        return pending.values().stream()
                .anyMatch(exchange -> exchange.kind == kind && (peer == null || peer.equals(exchange.peer)));
    }

    /** Something is about to be sent to this address: asks for the permission if it is not there. */
    public void permit(InetSocketAddress peer, long nowNanos) {
        if (state != State.READY) {
            return;
        }
        Long until = permitted.get(peer.getAddress());
        if (until != null && until - nowNanos > 0) {
            return;
        }
        if (until == null && permitted.size() >= MAX_PERMISSIONS) {
            return; // what is sent there is dropped by the server
        }
        // At once, as a server answers in order; if it is refused or lost, the next packet after a while asks again.
        permitted.put(peer.getAddress(), nowNanos + FIRST_RTO.toNanos());
        begin(Kind.PERMIT, peer, 0, nowNanos);
    }

    /** Much is going to be sent to this address: asks for a channel, which costs 4 bytes a packet instead of 36. */
    public void bind(InetSocketAddress peer, long nowNanos) {
        if (state == State.READY && channels.add(peer, nowNanos + RENEW.toNanos())) {
            begin(Kind.BIND, peer, 0, nowNanos);
        }
    }

    /** The number of the peer's channel; -1 if the server has not confirmed it. */
    public int channelOf(InetSocketAddress peer) {
        return channels.boundNumberOf(peer);
    }

    /** Whose channel this is; the server may use it before its confirmation has arrived. */
    public @Nullable InetSocketAddress peerOf(int number) {
        return channels.peerOf(number);
    }

    /** Something makes the server look dead: it is asked at once, and silence now means that it is. */
    public void suspect(long nowNanos) {
        if (state == State.READY && !suspected) {
            suspected = true;
            begin(Kind.REFRESH, null, 0, nowNanos);
        }
    }

    /** Asks the server to forget the allocation. Idempotent. */
    public void end(long nowNanos) {
        if (state == State.READY) {
            pending.clear();
            state = State.ENDING;
            begin(Kind.DELETE, null, 0, nowNanos);
        } else if (state == State.ALLOCATING) {
            state = State.ENDING; // its answer may be on the way, and is then deleted
        }
    }

    // ---- time

    /** Repeats, renews and gives up what is due. */
    public void poll(long nowNanos) {
        for (Exchange exchange : List.copyOf(pending.values())) {
            if (exchange.nextNanos - nowNanos <= 0) {
                if (exchange.sends < (reliable ? 1 : MAX_SENDS)) {
                    send(exchange, nowNanos);
                } else {
                    pending.remove(exchange.id);
                    onSilence(exchange);
                }
            }
        }
        if (state != State.READY) {
            return;
        }
        if (expiryNanos - nowNanos <= 0) {
            over("it has not answered until the relay's time was over");
            return;
        }
        if (refreshNanos - nowNanos <= 0 && !isAsked(Kind.REFRESH, null)) {
            begin(Kind.REFRESH, null, 0, nowNanos);
        }
        for (InetSocketAddress peer : channels.due(nowNanos)) {
            if (!isAsked(Kind.BIND, peer)) {
                channels.renewAt(peer, nowNanos + RENEW.toNanos());
                begin(Kind.BIND, peer, 0, nowNanos);
            }
        }
    }

    private void onSilence(Exchange exchange) {
        switch (exchange.kind) {
            case ALLOCATE ->
                over(
                        state == State.ENDING
                                ? null
                                : "it does not answer; check its address and port, and whether a firewall is between");
            case DELETE -> over(null);
            case REFRESH -> {
                if (suspected) {
                    over("it does not answer any more");
                }
            }
            case BIND ->
                channels.renewAt(exchange.peer, exchange.nextNanos); // the permission behind it ends after five minutes
            case PERMIT -> {
                // Asked again with the next packet.
            }
        }
    }

    /** When {@link #poll} next has something to do; empty when it is over. */
    public Optional<Long> nextNanos() {
        if (state == State.OVER) {
            return Optional.empty();
        }
        Long next = state == State.READY && !isAsked(Kind.REFRESH, null) ? refreshNanos : null;
        for (Exchange exchange : pending.values()) {
            next = earlier(next, exchange.nextNanos);
        }
        if (state == State.READY) {
            Long soonest = next;
            next = channels.nextNanos().map(due -> earlier(soonest, due)).orElse(next);
        }
        return Optional.ofNullable(next);
    }

    private static Long earlier(@Nullable Long one, long other) {
        return one == null || other - one < 0 ? Long.valueOf(other) : one;
    }

    // ---- answers

    /** Takes a response; false if it answers nothing, or is not authentic. */
    public boolean onResponse(StunMessage response, long nowNanos) {
        Exchange exchange = pending.get(response.transactionId());
        if (exchange == null || state == State.OVER) {
            return false;
        }
        if (response.kind() == StunMessage.Kind.ERROR) {
            pending.remove(exchange.id);
            onError(exchange, response, nowNanos);
            return true;
        }
        LongTermKey now = key;
        if (response.kind() != StunMessage.Kind.SUCCESS
                || (exchange.signed && now != null && !now.isAuthentic(response))) {
            return false;
        }
        pending.remove(exchange.id);
        onSuccess(exchange, response, nowNanos);
        return true;
    }

    private void onError(Exchange exchange, StunMessage response, long nowNanos) {
        int code = response.errorCode();
        boolean challenged = code == TurnRefusal.UNAUTHORIZED || code == TurnRefusal.STALE_NONCE;
        boolean moot = state == State.ENDING && exchange.kind == Kind.ALLOCATE;
        if (challenged && !moot && exchange.challenges < MAX_CHALLENGES) {
            LongTermKey old = exchange.signed ? key : null;
            LongTermKey fresh = LongTermKey.of(credentials, response).orElse(null);
            boolean refused =
                    code == TurnRefusal.UNAUTHORIZED && old != null && fresh != null && old.isSameRealm(fresh);
            if (fresh != null && !refused) {
                key = fresh;
                begin(exchange.kind, exchange.peer, exchange.challenges + 1, nowNanos);
                return;
            }
        }
        switch (exchange.kind) {
            case ALLOCATE -> {
                portTaken = code == TurnRefusal.MISMATCH && !moot;
                refused = !moot;
                over(moot ? null : portTaken ? TurnRefusal.PORT_TAKEN : TurnRefusal.explain(code));
            }
            case REFRESH -> over(TurnRefusal.explain(code));
            case DELETE -> over(null);
            case BIND -> channels.bound(exchange.peer, false); // indications go on, and ask for their permission
            case PERMIT -> {
                // This peer can not be reached over the relay; others may be.
            }
        }
    }

    private void onSuccess(Exchange exchange, StunMessage response, long nowNanos) {
        InetSocketAddress peer = exchange.peer;
        switch (exchange.kind) {
            case ALLOCATE -> onAllocated(response, nowNanos);
            case REFRESH -> {
                suspected = false;
                renew(response, nowNanos);
            }
            case DELETE -> over(null);
            case PERMIT, BIND -> {
                if (peer != null) {
                    permitted.put(peer.getAddress(), nowNanos + RENEW.toNanos());
                    if (exchange.kind == Kind.BIND) {
                        channels.bound(peer, true);
                    }
                }
            }
        }
    }

    private void onAllocated(StunMessage response, long nowNanos) {
        InetSocketAddress address =
                response.xorAddress(StunAttribute.XOR_RELAYED_ADDRESS).orElse(null);
        if (address == null || !Unicast.isUnicast(address)) {
            over("it gave no address that a peer could use");
            return;
        }
        relayed = address;
        if (state == State.ENDING) {
            begin(Kind.DELETE, null, 0, nowNanos);
            return;
        }
        state = State.READY;
        renew(response, nowNanos);
    }

    private void renew(StunMessage response, long nowNanos) {
        long seconds = response.attribute(StunAttribute.LIFETIME)
                .filter(value -> value.remaining() == Integer.BYTES)
                .map(ByteBuffer::getInt)
                .map(Integer::toUnsignedLong)
                .orElse(LIFETIME.toSeconds());
        Duration lifetime = Duration.ofSeconds(Math.min(seconds, MOST_LIFETIME.toSeconds()));
        Duration half = lifetime.dividedBy(2);
        Duration margin = half.compareTo(MARGIN) < 0 ? half : MARGIN;
        expiryNanos = nowNanos + lifetime.toNanos();
        refreshNanos = expiryNanos - margin.toNanos();
    }

    private void over(@Nullable String why) {
        state = State.OVER;
        failure = why;
        pending.clear();
    }
}
