package dev.culvert.ice;

import dev.culvert.ice.NatProfile.Mapping;
import dev.culvert.ice.internal.PortGuesses;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.Unicast;
import dev.culvert.ice.internal.ice4j.IceAgent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects where one side's NAT is symmetric and the other's is not, without a relay: the first opens many ports at its NAT
 * by sending from many sockets, the second tries ports at random until it hits one (the birthday paradox; ADR 0008 has the
 * numbers). Each packet is an ordinary check, so only who has the peer's password can answer. The socket that was hit
 * carries the data, the others are closed. STUN thread only, but for {@link #close}.
 */
final class BirthdayPorts {
    private static final Logger LOG = LoggerFactory.getLogger(BirthdayPorts.class);

    /** Open ports behind a NAT that uses all its ports: with as many tries as here one in ten thousand runs misses. */
    static final int SOCKETS = 256;

    /** Behind a NAT that uses a small block. */
    static final int SOCKETS_IN_BLOCK = 16;

    /** Tries in a run. */
    static final int MAX_TRIES = 2_048;

    private static final Duration TICK = Duration.ofMillis(10);

    /** 500 a second: what routers and uplinks take without a loss. */
    private static final int TRIES_PER_TICK = 5;

    private static final int OPENINGS_PER_TICK = 16;

    /** Each socket sends so often: its first packet may get lost. */
    private static final Duration OPEN_AGAIN = Duration.ofSeconds(1);

    /** Longer than all tries take, for a peer that begins later. */
    private static final Duration LONGEST = Duration.ofSeconds(20);

    /** The controlled side waits so long for the other to name the path; then what works is taken. */
    private static final Duration UNNAMED = Duration.ofSeconds(1);

    private static final int NOMINATIONS = 5;

    /** A nominating check that is not answered is repeated. */
    private static final Duration NOMINATION_GAP = Duration.ofMillis(200);

    /** Sockets that were not hit stay open for a while. */
    private static final Duration LINGER = Duration.ofSeconds(3);

    /** Kernel buffers of the many sockets stay small. */
    private static final int BUFFER_BYTES = 64 << 10;

    private final ContextAgent agent;
    private final Establishment establishment;
    private final SelectedPath selected;
    private final AlternativePaths alternatives;
    private final OwnChecks checks;
    private final PairDescriber pairs;
    private final IceEndpoint endpoint;
    private final ScheduledExecutorService stunThread;
    private final List<Path> opened = new ArrayList<>();
    private final Map<Path, SelectedPair> answered = new HashMap<>();
    private final Set<Path> named = new HashSet<>();
    private @Nullable PortGuesses guesses;
    private @Nullable EndpointSocket guessFrom;
    private @Nullable InetAddress peer;
    private int tries;
    private int openings;
    private long beganNanos;
    private long nextRoundNanos;
    private boolean running;
    private volatile @Nullable ScheduledFuture<?> timer;
    private volatile boolean closed;

    BirthdayPorts(
            ContextAgent agent,
            Establishment establishment,
            SelectedPath selected,
            AlternativePaths alternatives,
            OwnChecks checks,
            PairDescriber pairs,
            IceEndpoint endpoint) {
        this.agent = agent;
        this.alternatives = alternatives;
        this.pairs = pairs;
        this.establishment = establishment;
        this.selected = selected;
        this.checks = checks;
        this.endpoint = endpoint;
        stunThread = endpoint.stunThread();
    }

    /** Ordinary checks have found nothing, or only a relay: begins if guessing could help, and is allowed now. */
    void consider() {
        NatProfile ours = agent.natProfile();
        NatProfile theirs = establishment.remoteNat();
        boolean guess =
                ours.mapping() == Mapping.ENDPOINT_INDEPENDENT && theirs.mapping() == Mapping.ENDPOINT_DEPENDENT;
        boolean open = ours.mapping() == Mapping.ENDPOINT_DEPENDENT && theirs.mapping() == Mapping.ENDPOINT_INDEPENDENT;
        if (closed || running || !endpoint.guessesPorts() || !(guess || open)) {
            return;
        }
        EndpointSocket socket = endpoint.outwardSocket();
        if (socket == null) {
            return;
        }
        List<InetSocketAddress> targets = publicAddresses(
                establishment.remoteCandidates(), socket.localAddress().getAddress());
        if (targets.isEmpty()) {
            return;
        }
        InetAddress target = targets.get(0).getAddress();
        if (!endpoint.birthdayLimits().tryBegin(target, System.nanoTime())) {
            LOG.debug("No ports are guessed: a run is under way, or there were enough of late");
            return;
        }
        running = true;
        peer = target;
        beganNanos = System.nanoTime();
        nextRoundNanos = beganNanos;
        if (guess) {
            guesses = new PortGuesses(theirs.ports(), new SecureRandom());
            guessFrom = socket;
        } else {
            openSockets(socket.localAddress().getAddress(), ours, targets.get(0));
        }
        if (guesses == null && opened.isEmpty()) {
            end(); // not one socket could be opened, and somebody else's run may do better
            return;
        }
        tick();
    }

    /** Where the peer's NAT shows it; never a private address, which could be anybody's in our own network. */
    static List<InetSocketAddress> publicAddresses(List<IceCandidate> ofPeer, InetAddress from) {
        return ofPeer.stream()
                .filter(candidate ->
                        candidate.type() == CandidateType.SERVER_REFLEXIVE || candidate.type() == CandidateType.HOST)
                .map(IceCandidate::address)
                .filter(address -> Unicast.isPublic(address.getAddress())
                        && address.getAddress().getAddress().length == from.getAddress().length)
                .toList();
    }

    private void openSockets(InetAddress local, NatProfile ours, InetSocketAddress target) {
        int wanted = PortGuesses.isClustered(ours.ports()) ? SOCKETS_IN_BLOCK : SOCKETS;
        try {
            while (opened.size() < wanted) {
                opened.add(new Path(agent.openExtra(local, BUFFER_BYTES), target));
            }
        } catch (IOException e) {
            LOG.warn(
                    "Only {} of {} sockets could be opened (raise the limit of open files?)", opened.size(), wanted, e);
        }
    }

    // ---- time

    private void tick() {
        if (closed || !running) {
            return;
        }
        long now = System.nanoTime();
        if (now - beganNanos >= LONGEST.toNanos()) {
            end();
            return;
        }
        guess();
        open(now);
        timer = Tasks.trySchedule(stunThread, this::tick, TICK);
        if (closed) {
            cancel(); // close may have missed the timer just set
        }
    }

    private void guess() {
        PortGuesses order = guesses;
        EndpointSocket from = guessFrom;
        InetAddress to = peer;
        if (order == null || from == null || to == null || !answered.isEmpty() || tries >= MAX_TRIES) {
            return;
        }
        for (int port : order.next(TRIES_PER_TICK)) {
            tries++;
            check(new Path(from, new InetSocketAddress(to, port)));
        }
    }

    private void open(long nowNanos) {
        for (int i = 0; i < OPENINGS_PER_TICK && openings < opened.size(); i++) {
            check(opened.get(openings++));
        }
        if (!opened.isEmpty() && openings == opened.size() && nowNanos - nextRoundNanos >= OPEN_AGAIN.toNanos()) {
            nextRoundNanos = nowNanos;
            openings = 0;
        }
    }

    private void check(Path path) {
        checks.send(path, false, this::onAnswered);
    }

    // ---- hits

    /**
     * An authentic request came in, while no pair is settled on.
     *
     * @return whether it belongs to the run, and is dealt with
     */
    boolean onRequest(EndpointSocket socket, InetSocketAddress from, StunMessage request) {
        IceAgent current = agent.current();
        boolean ours = running && from.getAddress().equals(peer) && (socket == guessFrom || isOpened(socket));
        if (!ours || current == null || !current.answer(socket.localAddress(), from, request)) {
            return false;
        }
        Path path = new Path(socket, from);
        if (request.isNominating()) {
            named.add(path);
        }
        if (!answered.containsKey(path)) {
            check(path);
        } else if (named.contains(path)) {
            select(path);
        }
        return true;
    }

    private boolean isOpened(EndpointSocket socket) {
        return opened.stream().anyMatch(path -> path.socket() == socket);
    }

    private void onAnswered(Path path, StunMessage answer) {
        if (closed || !running) {
            return;
        }
        if (selected.isNominated()) {
            alternatives.onAnswered(path, answer, false); // a relay carries the data so far
            return;
        }
        if (selected.pair() != null) {
            return; // an ordinary check has been answered after all
        }
        answered.put(path, pairs.describe(path, answer));
        if (isControlling()) {
            select(path);
            nominate(path, NOMINATIONS);
        } else if (named.contains(path)) {
            select(path);
        } else {
            var unused = Tasks.trySchedule(stunThread, () -> selectUnnamed(path), UNNAMED);
        }
    }

    private boolean isControlling() {
        IceAgent current = agent.current();
        return current != null && current.isControlling();
    }

    private void selectUnnamed(Path path) {
        if (running && !closed && selected.pair() == null) {
            select(path);
        }
    }

    private void select(Path path) {
        SelectedPair found = answered.get(path);
        if (found != null) {
            selected.onPair(found, true);
        }
    }

    private void nominate(Path path, int left) {
        if (closed || left == 0 || !selected.isOver(path.socket(), path.remote())) {
            return;
        }
        boolean[] heard = {false};
        checks.send(path, true, (same, answer) -> heard[0] = true);
        var unused = Tasks.trySchedule(
                stunThread,
                () -> {
                    if (!heard[0]) {
                        nominate(path, left - 1);
                    }
                },
                NOMINATION_GAP);
    }

    // ---- the end

    /** Data goes over this pair from now on: if it is a direct one, nothing is left to guess. */
    void onSelected(SelectedPair pair) {
        if (running && !pair.isRelayed()) {
            end();
        }
    }

    private void end() {
        running = false;
        guesses = null;
        tries = 0;
        openings = 0;
        answered.clear();
        named.clear();
        cancel();
        endpoint.birthdayLimits().end();
        IceAgent current = agent.current();
        SelectedPair pair = selected.pair();
        if (current != null && pair != null) {
            current.rest();
        }
        // The peer may have taken another path that was hit at the same time, and finds ours only then.
        if (!opened.isEmpty()) {
            var unused = Tasks.trySchedule(stunThread, this::closeUnused, LINGER);
        }
    }

    private void closeUnused() {
        SelectedPair pair = selected.pair();
        InetSocketAddress used = pair == null ? null : pair.base();
        opened.forEach(path -> {
            if (!path.base().equals(used)) {
                agent.closeExtra(path.socket());
            }
        });
        opened.clear();
    }

    private void cancel() {
        ScheduledFuture<?> old = timer;
        if (old != null) {
            old.cancel(false);
        }
    }

    /** Ends a run; its sockets are closed with the context's others. Idempotent, from any thread. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        cancel();
        Tasks.tryExecute(stunThread, () -> {
            if (running) {
                running = false;
                endpoint.birthdayLimits().end();
            }
        });
    }
}
