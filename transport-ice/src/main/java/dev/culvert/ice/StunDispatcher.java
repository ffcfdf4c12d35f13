package dev.culvert.ice;

import dev.culvert.ice.internal.StunMessage;
import java.net.InetSocketAddress;

/**
 * Takes each STUN message to its context, if it is authentic for it. Stateless; runs on the STUN thread. ice4j accepts
 * requests without MESSAGE-INTEGRITY and never checks that of responses, so both are checked here, before it.
 */
final class StunDispatcher {
    private final ContextTable contexts;
    private final ReflexiveProber prober;
    private final DropCounters drops;

    StunDispatcher(ContextTable contexts, ReflexiveProber prober, DropCounters drops) {
        this.contexts = contexts;
        this.prober = prober;
        this.drops = drops;
    }

    /** Takes a datagram that came in at {@code receivedNanos} of {@link System#nanoTime}. */
    void dispatch(EndpointSocket socket, InetSocketAddress from, byte[] datagram, long receivedNanos) {
        StunMessage message = StunMessage.parse(datagram).orElse(null);
        if (message == null) {
            drops.count(DropCause.STUN_MALFORMED);
            return;
        }
        switch (message.kind()) {
            case REQUEST -> onRequest(socket, from, message);
            case SUCCESS, ERROR -> onResponse(socket, from, message, receivedNanos);
            case INDICATION -> onIndication(message);
        }
    }

    private void onRequest(EndpointSocket socket, InetSocketAddress from, StunMessage request) {
        String ufrag = request.receiverUfrag();
        IceContext context = ufrag == null ? null : contexts.byUfrag(ufrag);
        if (context == null) {
            drops.count(DropCause.STUN_UNKNOWN_USER);
        } else if (!context.intake().isAuthenticRequest(request)) {
            drops.count(DropCause.STUN_BAD_INTEGRITY);
        } else {
            context.intake().accept(socket, from, request);
        }
    }

    /** The one that means something is the peer's last word. */
    private void onIndication(StunMessage indication) {
        String ufrag = indication.isGoodbye() ? indication.receiverUfrag() : null;
        IceContext context = ufrag == null ? null : contexts.byUfrag(ufrag);
        if (context == null) {
            drops.count(DropCause.STUN_INDICATION);
        } else if (!context.intake().isAuthenticRequest(indication)) {
            drops.count(DropCause.STUN_BAD_INTEGRITY);
        } else {
            context.onGoodbye(indication);
        }
    }

    private void onResponse(EndpointSocket socket, InetSocketAddress from, StunMessage response, long receivedNanos) {
        switch (prober.onResponse(socket, from, response)) {
            case USABLE -> {
                // It has become a reflexive address.
            }
            case UNHELPFUL -> drops.count(DropCause.STUN_SERVER_UNHELPFUL);
            case NOT_OURS -> onCheckResponse(socket, from, response, receivedNanos);
        }
    }

    private void onCheckResponse(
            EndpointSocket socket, InetSocketAddress from, StunMessage response, long receivedNanos) {
        ContextTable.Transaction request = contexts.transaction(response.transactionId(), socket.localAddress(), from);
        if (request == null) {
            drops.count(DropCause.STUN_UNKNOWN_TRANSACTION);
        } else if (!request.context().intake().isAuthenticResponse(response)) {
            // The transaction stays: the genuine answer may be on its way.
            drops.count(DropCause.STUN_BAD_INTEGRITY);
        } else {
            request.context().end(response.transactionId());
            request.context().path().onRoundTrip(socket, from, request.roundTripNanos(receivedNanos));
            request.context().intake().accept(socket, from, response);
        }
    }
}
