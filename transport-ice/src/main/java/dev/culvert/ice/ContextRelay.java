package dev.culvert.ice;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.culvert.ice.internal.turn.RelayedData;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * One context's relay: asks all TURN servers together, keeps the first that grants an address, and lets go of the others.
 * Its listener is called on the STUN thread; {@link #at} and {@link #close} may be called from any.
 */
final class ContextRelay implements TurnRelay.Owner {
    /** UDP gets so much of a head start: over TCP one lost packet holds up all that follow. */
    private static final Duration UDP_FIRST = Duration.ofMillis(200);

    /** What is on its way over a relay that is not needed any more may take so long. */
    private static final Duration LINGER = Duration.ofSeconds(5);

    /** Hears of the outcome, on the STUN thread. */
    interface Listener {
        /** A server relays for us at the socket's address. */
        void onRelay(EndpointSocket socket, InetSocketAddress server);

        /**
         * No server grants one now.
         *
         * @param refused whether all have said so; else some are silent or out of reach
         * @return whether they are to be asked again after a while
         */
        boolean onNoRelay(boolean refused);

        /** Whether a relay is still of use; if not, nobody is asked again. */
        boolean isWaiting();
    }

    /** Kept for the message that tells why there is no relay. */
    private static final int MAX_REFUSALS = 16;

    /** Hears of a relay that takes the place of a lost one, on the STUN thread. */
    interface Replacement extends Listener {
        /** The server does not relay for us any more; another is being sought. */
        void onRelayLost(EndpointSocket lost);
    }

    /** Before the servers are asked again, when none has granted a relay or the last was lost soon; doubled each time. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);

    private static final int MAX_DOUBLINGS = 5;

    /** A relay that has lived so long was no trick of the server's. */
    private static final Duration LONG_LIFE = Duration.ofMinutes(1);

    private final IceContext context;
    private final IceEndpoint endpoint;
    private final ScheduledExecutorService stunThread;

    @GuardedBy("this")
    private final List<TurnRelay> racing = new ArrayList<>();

    /** Those that wait for UDP's head start. */
    @GuardedBy("this")
    private final List<TurnTarget> held = new ArrayList<>();

    /** Why which server does not serve us. */
    @GuardedBy("this")
    private final List<String> refusals = new ArrayList<>();

    @GuardedBy("this")
    private @Nullable ScheduledFuture<?> timer;

    @GuardedBy("this")
    private @Nullable TurnRelay relay;

    @GuardedBy("this")
    private boolean released;

    @GuardedBy("this")
    private boolean closed;

    private @Nullable Listener listener; // STUN thread only
    private @Nullable Replacement replacement;
    private final Set<TurnTarget> refusers = new HashSet<>(); // since the listener began to wait; STUN thread only
    private int failures; // to keep a relay, one after the other; STUN thread only
    private boolean silence; // of a server since they were asked last; STUN thread only
    private long readyNanos; // STUN thread only
    private volatile @Nullable EndpointSocket socket;

    ContextRelay(IceContext context, IceEndpoint endpoint) {
        this.context = context;
        this.endpoint = endpoint;
        stunThread = endpoint.stunThread();
    }

    /** Set once, before anything begins. */
    void replacement(Replacement toTell) {
        replacement = toTell;
    }

    /** STUN thread: the peer does not answer, which may be the server's fault. */
    void suspect() {
        TurnRelay now;
        synchronized (this) {
            now = relay;
        }
        if (now != null) {
            now.suspect();
        }
    }

    /** Whether a relay's address is all that a peer may learn. */
    boolean isOnlyWay() {
        return endpoint.isRelayOnly();
    }

    /** Any thread: begins, if there is a server to ask. Returns whether there is. */
    boolean gather(Listener toTell) {
        if (!endpoint.relays().isConfigured()) {
            return false;
        }
        return Tasks.tryExecute(stunThread, () -> {
            listener = toTell;
            endpoint.relays().whenResolved(this::race);
        });
    }

    private void race(List<TurnTarget> all) {
        silence = false;
        List<TurnTarget> targets =
                all.stream().filter(target -> !refusers.contains(target)).toList();
        List<TurnTarget> first = targets.stream().filter(TurnTarget::isDatagram).toList();
        List<TurnTarget> later =
                targets.stream().filter(target -> !target.isDatagram()).toList();
        boolean needless;
        synchronized (this) {
            needless = closed || released;
            if (!needless) {
                held.addAll(later);
            }
            if (!first.isEmpty() && !later.isEmpty() && !needless) {
                timer = Tasks.trySchedule(stunThread, this::startHeld, UDP_FIRST);
            }
        }
        if (needless) {
            onNone(); // a path without a relay was settled on before the names were looked up
        } else if (first.isEmpty()) {
            startHeld();
        } else {
            first.forEach(this::start);
        }
    }

    private void start(TurnTarget target) {
        TurnRelay begun = new TurnRelay(target, stunThread, endpoint.relays()::countJunk, this);
        synchronized (this) {
            if (closed || released || relay != null) {
                return;
            }
            racing.add(begun);
        }
        begun.start(endpoint.relays()::wire);
    }

    private void startHeld() {
        List<TurnTarget> now;
        boolean over;
        synchronized (this) {
            if (!released && timer != null) {
                timer.cancel(false); // or those that wait would have another turn
            }
            now = List.copyOf(held);
            held.clear();
            over = now.isEmpty() && racing.isEmpty();
        }
        now.forEach(this::start);
        if (over) {
            onNone();
        }
    }

    @Override
    public void onReady(TurnRelay ready) {
        EndpointSocket made = new EndpointSocket(ready, context);
        synchronized (this) {
            if (closed || relay != null || !racing.remove(ready)) {
                return; // closed already
            }
            relay = ready;
            stopRace();
        }
        RelayedData.Sink sink = (peer, payload) -> endpoint.onDatagram(made, peer, payload);
        ready.deliverTo(ready.target().isDatagram() ? sink : endpoint.ioThread().relaying(sink));
        socket = made;
        readyNanos = System.nanoTime();
        Listener toTell = listener;
        listener = null;
        if (toTell != null) {
            toTell.onRelay(made, ready.target().address());
        }
    }

    @GuardedBy("this")
    private void stopRace() {
        if (timer != null) {
            timer.cancel(false);
        }
        held.clear();
        racing.forEach(TurnRelay::close);
        racing.clear();
    }

    @Override
    public void onOver(TurnRelay over, String why, boolean refused) {
        silence |= !refused;
        if (refused && listener != replacement) { // one that had a relay of ours may think otherwise later
            refusers.add(over.target());
        }
        endpoint.relays().complain(over.target(), why);
        boolean none;
        boolean lost;
        synchronized (this) {
            if (refusals.size() < MAX_REFUSALS) {
                refusals.add(over.target() + ": " + why);
            }
            none = racing.remove(over) && racing.isEmpty();
            lost = over == relay && !closed && !released;
            if (lost) {
                relay = null;
            }
        }
        if (none) {
            startHeld();
        }
        if (lost) {
            onLost();
        }
    }

    private void onLost() {
        EndpointSocket old = socket;
        socket = null;
        if (System.nanoTime() - readyNanos >= LONG_LIFE.toNanos()) {
            failures = 0;
        }
        Replacement toTell = replacement;
        if (old != null && toTell != null) {
            toTell.onRelayLost(old);
        }
        listener = toTell; // the peer hears of the next one by our checks from there
        refusers.clear();
        raceAgain();
    }

    /** At once after the first failure, as after the loss of a relay; then later each time. */
    private void raceAgain() {
        Duration wait =
                failures == 0 ? Duration.ZERO : FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, MAX_DOUBLINGS));
        failures++;
        synchronized (this) {
            if (!closed && !released) {
                timer = Tasks.trySchedule(stunThread, this::askAgain, wait);
            }
        }
    }

    private void askAgain() {
        Listener waiting = listener;
        if (waiting != null && waiting.isWaiting()) {
            endpoint.relays().whenResolved(this::race);
        }
    }

    /** Each server has refused, is silent or out of reach. */
    private void onNone() {
        Listener toTell = listener;
        if (toTell != null && toTell.onNoRelay(isReleased() || !silence)) {
            failures = Math.max(failures, 1); // what has just failed is not asked again at once
            raceAgain();
        } else {
            listener = null;
        }
    }

    /** The relay's socket, if this is its address. */
    @Nullable
    EndpointSocket at(InetSocketAddress local) {
        EndpointSocket now = socket;
        return now != null && now.localAddress().equals(local) ? now : null;
    }

    /** The relay's socket, if there is one. */
    Optional<EndpointSocket> socket() {
        return Optional.ofNullable(socket);
    }

    /** Data goes over this socket to this peer from now on. */
    void onSelected(EndpointSocket selected, InetSocketAddress remote) {
        TurnRelay now;
        synchronized (this) {
            now = relay;
        }
        if (now != null && owns(selected)) {
            keep();
            now.prefer(remote);
        }
    }

    /** Why which server does not serve us, for people. */
    synchronized List<String> refusals() {
        return List.copyOf(refusals);
    }

    /** Whether this is the relay's. */
    boolean owns(EndpointSocket other) {
        return other == socket;
    }

    /** It is needed after all. */
    private synchronized void keep() {
        if (released && !closed && timer != null) {
            timer.cancel(false);
            released = false;
        }
    }

    private synchronized boolean isReleased() {
        return released;
    }

    /** A pair without our relay is settled on: it ends soon, and one that is still asked for is not waited for any more. */
    synchronized void release() {
        if (!closed && !released) {
            stopRace();
            released = true;
            timer = Tasks.trySchedule(stunThread, this::close, LINGER);
            Tasks.tryExecute(stunThread, this::onNone); // told to nobody if there is a relay
        }
    }

    /** Ends whatever there is; a relay's server is told. Idempotent. */
    synchronized void close() {
        closed = true;
        socket = null;
        stopRace();
        if (relay != null) {
            relay.close();
        }
    }
}
