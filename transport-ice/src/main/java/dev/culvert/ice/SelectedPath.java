package dev.culvert.ice;

import dev.culvert.ice.internal.ConsentMonitor;
import dev.culvert.ice.internal.ConsentMonitor.Consent;
import dev.culvert.ice.internal.RoundTrip;
import dev.culvert.transport.ConnectFailedException;
import dev.culvert.transport.ConnectionState;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The pair that carries one context's data, and how it fares: the first valid pair, later the nominated one; the peer's
 * consent and the round-trip time over it. Changed on the STUN thread, read by any.
 */
final class SelectedPath {
    private final ContextState state;
    private final ContextAgent agent;
    private final DataPath data;
    private final Establishment establishment;
    private final Consumer<RuntimeException> onFailure;
    private final ConsentWatch consent;
    private final RoundTrip roundTrip = new RoundTrip();
    private volatile @Nullable SelectedPair pair;
    private volatile boolean nominated;

    SelectedPath(
            ContextState state,
            ContextAgent agent,
            DataPath data,
            Establishment establishment,
            ScheduledExecutorService stunThread,
            Consumer<RuntimeException> onFailure) {
        this.state = state;
        this.agent = agent;
        this.data = data;
        this.establishment = establishment;
        this.onFailure = onFailure;
        consent = new ConsentWatch(stunThread, this::followConsent);
    }

    /** The first valid pair carries the data until one is nominated, often the same. */
    void onPair(SelectedPair found, boolean isNominated) {
        boolean first = pair == null;
        if (state.get().isOver() || (!first && !isNominated)) {
            return;
        }
        nominated = isNominated;
        if (found.equals(pair)) {
            return;
        }
        EndpointSocket socket = agent.socket(found.base());
        if (socket == null) {
            onFailure.accept(
                    new IllegalStateException("The selected pair's base " + found.base() + " is none of our sockets"));
            return;
        }
        if (agent.routes().validate(socket, found.remoteAddress(), true) != ContextRoutes.Verdict.OURS) {
            return; // lost between the answer and now: its data would not be ours
        }
        data.select(socket, found.remoteAddress());
        pair = found;
        if (!first) {
            roundTrip.reset();
        } else if (state.transition(ConnectionState.CONNECTED)) {
            consent.begin();
            establishment.succeed(found);
        }
    }

    /** A check on the pair was answered, or missed. */
    void onConsent(boolean answered) {
        consent.onCheck(answered);
    }

    private void followConsent(Consent now) {
        switch (now) {
            case FRESH -> state.transition(ConnectionState.CONNECTED);
            case MISSED -> state.transition(ConnectionState.DISCONNECTED);
            case EXPIRED ->
                onFailure.accept(new ConnectFailedException("The peer has not answered a check for "
                        + ConsentMonitor.EXPIRY.toSeconds() + " s; connect again with a new context"));
        }
    }

    /** A check was answered after so many nanoseconds; negative if that is not known. */
    void onRoundTrip(EndpointSocket socket, InetSocketAddress from, long nanos) {
        SelectedPair now = pair;
        boolean thisPath =
                now == null || (now.remoteAddress().equals(from) && now.base().equals(socket.localAddress()));
        if (nanos >= 0 && thisPath) {
            roundTrip.onSample(nanos);
        }
    }

    /** The pair in use; null before the first valid one. */
    @Nullable
    SelectedPair pair() {
        return pair;
    }

    /** Whether the checks have settled on the pair. */
    boolean isNominated() {
        return nominated;
    }

    /** Smoothed; null before the first sample. */
    @Nullable
    Duration roundTrip() {
        long nanos = roundTrip.smoothedNanos();
        return nanos < 0 ? null : Duration.ofNanos(nanos);
    }

    /** How long ago the peer last answered; null before a pair was selected. */
    @Nullable
    Duration consentAge() {
        return consent.age();
    }

    /** Ends the timer. Idempotent, from any thread. */
    void close() {
        consent.close();
    }
}
