package dev.culvert.ice;

import dev.culvert.ice.internal.ProbeRounds;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.ice4j.IceAgent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * Finds other ways to the peer once the checks have settled on one: a direct one behind a relay, or the peer's new address
 * when its NAT has forgotten the old mapping. A path is used only after a check of ours over it was answered, and the old
 * one stays open until the peer has moved, too. STUN thread only, but for {@link #close}.
 */
final class AlternativePaths {
    /** An answer is believed for so long; then the path is checked anew before it is used. */
    private static final Duration FRESH = Duration.ofSeconds(2);

    /** Checks that the peer's requests make us send over one path are so far apart at least. */
    private static final Duration TRIGGER_GAP = Duration.ofMillis(100);

    /** A peer that answers so often without checking in turn does not do that; other agents need not. */
    private static final int ANSWERS_WITHOUT_REQUEST = 3;

    /** Paths remembered; a peer is seen from a few. */
    private static final int MAX_PATHS = 32;

    /** Checks of one round. */
    private static final int MAX_PROBES = 64;

    /** What is known of a path beside the one in use. */
    private static final class Alternative {
        private long checkedNanos;
        private long answeredNanos;
        private int answers;
        private boolean heard; // a request of the peer's over it was answered
        private boolean wanted; // the peer has named it as the one to use
    }

    private final ContextAgent agent;
    private final Establishment establishment;
    private final PairDescriber pairs;
    private final SelectedPath selected;
    private final OwnChecks checks;
    private final IceEndpoint endpoint;
    private final ScheduledExecutorService stunThread;
    private final Map<Path, Alternative> known = new LinkedHashMap<>();
    private final ProbeRounds rounds = new ProbeRounds();
    private boolean doubtful;
    private volatile @Nullable ScheduledFuture<?> timer;
    private volatile boolean closed;

    AlternativePaths(
            ContextAgent agent,
            Establishment establishment,
            SelectedPath selected,
            OwnChecks checks,
            PairDescriber pairs,
            IceEndpoint endpoint) {
        this.agent = agent;
        this.pairs = pairs;
        this.establishment = establishment;
        this.selected = selected;
        this.checks = checks;
        this.endpoint = endpoint;
        stunThread = endpoint.stunThread();
    }

    /** The checks have settled on a pair: if it is relayed, a direct one is looked for. */
    void onSettled(SelectedPair pair) {
        if (pair.isRelayed()) {
            rounds.restart();
            arm();
        }
    }

    private void arm() {
        cancel();
        timer = Tasks.trySchedule(stunThread, this::onTimer, rounds.untilNext());
        if (closed) {
            cancel(); // close may have missed the timer just set
        }
    }

    private void onTimer() {
        SelectedPair now = selected.pair();
        if (closed || now == null || !(now.isRelayed() || doubtful)) {
            return;
        }
        probe(doubtful);
        arm();
    }

    /** Checks every pair of addresses that could work; those of relays only if nothing else is known to. */
    private void probe(boolean relaysToo) {
        int left = MAX_PROBES;
        for (IceCandidate candidate : establishment.remoteCandidates()) {
            for (EndpointSocket socket : sockets(relaysToo)) {
                boolean relayed = candidate.type() == CandidateType.RELAYED;
                Path path = new Path(socket, candidate.address());
                if ((relaysToo || !relayed) && canReach(path) && !isInUse(path) && left-- > 0) {
                    check(path);
                }
            }
        }
    }

    private void check(Path path) {
        Alternative alternative = known.get(path);
        boolean heard = alternative != null && alternative.heard;
        checks.send(path, false, (same, answer) -> onAnswered(path, answer, heard));
    }

    private List<EndpointSocket> sockets(boolean relayToo) {
        List<EndpointSocket> all = new ArrayList<>(endpoint.sockets());
        all.addAll(agent.ownSockets());
        if (relayToo) {
            agent.relay().socket().ifPresent(all::add);
        }
        return all;
    }

    private static boolean canReach(Path path) {
        InetAddress from = path.base().getAddress();
        InetAddress to = path.remote().getAddress();
        return from.getAddress().length == to.getAddress().length && from.isLoopbackAddress() == to.isLoopbackAddress();
    }

    private boolean isInUse(Path path) {
        SelectedPair now = selected.pair();
        return now != null
                && now.base().equals(path.base())
                && now.remoteAddress().equals(path.remote());
    }

    /**
     * An authentic request came in over a path that is not the one in use.
     *
     * @return whether it is answered; otherwise there is more to it than a check
     */
    boolean onRequest(EndpointSocket socket, InetSocketAddress from, StunMessage request) {
        IceAgent current = agent.current();
        if (current == null || !request.isCheck(current.isControlling())) {
            return false;
        }
        Path path = new Path(socket, from);
        current.answer(path.base(), from, request);
        Alternative alternative = remember(path);
        alternative.heard = true;
        long now = System.nanoTime();
        alternative.wanted |= request.isNominating() && !current.isControlling();
        if (now - alternative.checkedNanos >= TRIGGER_GAP.toNanos()) {
            alternative.checkedNanos = now;
            check(path);
            selected.askNow(); // the peer may have moved because the path in use is gone
        }
        return true;
    }

    private Alternative remember(Path path) {
        Alternative alternative = known.computeIfAbsent(path, unknown -> {
            Alternative fresh = new Alternative();
            fresh.checkedNanos = System.nanoTime() - TRIGGER_GAP.toNanos();
            return fresh;
        });
        if (known.size() > MAX_PATHS) {
            known.remove(known.keySet().iterator().next());
        }
        return alternative;
    }

    /**
     * A check was answered: the peer can be reached over the path. It takes our data from there once its own check was
     * answered, and has dealt with that answer if it has answered a check of ours that followed.
     */
    void onAnswered(Path path, StunMessage answer, boolean heardBefore) {
        SelectedPair now = selected.pair();
        if (closed || now == null || isInUse(path)) {
            return;
        }
        Alternative alternative = remember(path);
        alternative.answers++;
        alternative.answeredNanos = System.nanoTime();
        boolean ready = heardBefore || alternative.answers >= ANSWERS_WITHOUT_REQUEST;
        if (!ready && !doubtful) {
            if (alternative.heard) {
                check(path);
            }
            return;
        }
        SelectedPair found = pairs.describe(path, answer);
        boolean better = now.isRelayed() && !found.isRelayed();
        if (better || doubtful || (alternative.wanted && now.isRelayed() == found.isRelayed())) {
            move(path, found);
        }
    }

    private void move(Path path, SelectedPair found) {
        known.remove(path);
        if (!selected.move(path.socket(), found)) {
            return;
        }
        doubtful = false;
        IceAgent current = agent.current();
        if (current != null && current.isControlling()) {
            checks.send(path, true, (same, answer) -> {}); // the peer may wait for it
        }
        onSettled(found);
    }

    /** The peer does not answer over the path in use: another one that it was heard over is tried, or all there are. */
    void onDoubt() {
        if (doubtful) {
            return;
        }
        doubtful = true;
        agent.relay().suspect();
        long now = System.nanoTime();
        known.forEach((path, alternative) -> {
            if (alternative.answers > 0) {
                check(path);
            }
        });
        boolean recent = known.values().stream()
                .anyMatch(other -> other.answers > 0 && now - other.answeredNanos < FRESH.toNanos());
        if (!recent) {
            probe(true);
        }
        rounds.restart();
        arm();
    }

    /** A relay is gone. */
    void onRelayLost(EndpointSocket lost) {
        SelectedPair now = selected.pair();
        if (now != null && now.base().equals(lost.localAddress())) {
            onDoubt();
        }
    }

    /** Another server relays for us now, in place of one that is gone. */
    void onNewRelay() {
        probe(true);
    }

    /** The peer has answered over the path in use. */
    void onTrust() {
        doubtful = false;
    }

    private void cancel() {
        ScheduledFuture<?> old = timer;
        if (old != null) {
            old.cancel(false);
        }
    }

    /** Ends the timer. Idempotent, from any thread. */
    void close() {
        closed = true;
        cancel();
    }
}
