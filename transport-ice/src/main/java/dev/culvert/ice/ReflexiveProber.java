package dev.culvert.ice;

import dev.culvert.ice.internal.BindingMessages;
import dev.culvert.ice.internal.ReflexiveDiscovery;
import dev.culvert.ice.internal.ReflexiveDiscovery.Answer;
import dev.culvert.ice.internal.ReflexiveDiscovery.Mapping;
import dev.culvert.ice.internal.ReflexiveDiscovery.Probe;
import dev.culvert.ice.internal.StunMessage;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what {@link ReflexiveDiscovery} decides: resolves the servers' names, sends the Binding requests, takes
 * the answers, and tells who waits for reflexive addresses. Its state belongs to the STUN thread.
 */
final class ReflexiveProber {
    private static final Logger LOG = LoggerFactory.getLogger(ReflexiveProber.class);

    /** A router that opens ports answers within 250 ms, or counts as none; it may have to be asked in three ways. */
    private static final Duration ROUTER_TIME = Duration.ofMillis(500);

    private final ScheduledExecutorService stunThread;
    private final List<EndpointSocket> sockets;
    private final ReflexiveDiscovery discovery = new ReflexiveDiscovery(new SecureRandom()); // STUN thread only
    private final Set<Waiter> waiting = new LinkedHashSet<>(); // STUN thread only
    private @Nullable ScheduledFuture<?> timer; // STUN thread only
    private final Map<InetSocketAddress, Mapping> ports = new LinkedHashMap<>(); // STUN thread only
    private boolean portsExpected; // STUN thread only

    /** What was last found; null until {@link ReflexiveDiscovery#isSettled}, or no server could be resolved. */
    private volatile @Nullable List<Mapping> settled;

    private volatile boolean answered;
    private volatile NatProfile natProfile = NatProfile.UNKNOWN;
    private volatile Set<InetSocketAddress> servers = Set.of();

    /** Hears of the reflexive addresses; on the STUN thread, or within {@link #follow} if they are known by then. */
    interface Follower {
        /** One address. */
        void onMapping(Mapping mapping);

        /**
         * There are no more, or the time is over.
         *
         * @param answered whether any server has told an address: UDP gets out
         */
        void onEnd(boolean answered);
    }

    /** A follower that waits, with what it has been told. */
    private static final class Waiter {
        private final Follower follower;
        private final Set<Mapping> told = new HashSet<>();
        private @Nullable ScheduledFuture<?> timer;

        Waiter(Follower follower) {
            this.follower = follower;
        }

        void tell(List<Mapping> mappings) {
            mappings.stream().filter(told::add).forEach(follower::onMapping);
        }

        void end(List<Mapping> mappings, boolean answered) {
            if (timer != null) {
                timer.cancel(false);
            }
            tell(mappings);
            follower.onEnd(answered);
        }
    }

    ReflexiveProber(ScheduledExecutorService stunThread, List<EndpointSocket> sockets) {
        this.stunThread = stunThread;
        this.sockets = sockets;
    }

    /** On a thread that may block: looks the names up, then begins. */
    void resolve(List<StunServer> names) {
        List<InetSocketAddress> resolved = new ArrayList<>();
        for (StunServer server : names) {
            try {
                for (InetAddress address : InetAddress.getAllByName(server.host())) {
                    resolved.add(new InetSocketAddress(address, server.port()));
                }
            } catch (UnknownHostException | RuntimeException e) {
                LOG.warn("STUN server {} does not resolve; going on without it: check its name and the DNS", server);
            }
        }
        Tasks.tryExecute(stunThread, () -> begin(Set.copyOf(resolved)));
    }

    /** There is no server to ask, and no router either. */
    void askNobody() {
        settled = List.of();
    }

    /** STUN thread: routers are being asked for ports, and are waited for, but not long. */
    void expectPorts() {
        portsExpected = true;
        var unused = Tasks.trySchedule(stunThread, this::endPorts, ROUTER_TIME);
    }

    private void endPorts() {
        portsExpected = false;
        settleIfDone();
    }

    /** STUN thread: a router passes on what is sent to this address outside. */
    void onPort(InetSocketAddress local, InetSocketAddress gateway, InetSocketAddress external) {
        ports.put(local, new Mapping(local, gateway, external));
        endPorts();
    }

    /** STUN thread: it does so no more. */
    void onPortLost(InetSocketAddress local) {
        ports.remove(local);
        settleIfDone();
    }

    /** What servers saw, and what routers have opened. */
    private List<Mapping> mappings() {
        List<Mapping> all = new ArrayList<>(discovery.mappings());
        for (Mapping port : ports.values()) {
            boolean seen = all.stream()
                    .anyMatch(mapping -> mapping.local().equals(port.local())
                            && mapping.reflexive().equals(port.reflexive()));
            if (!seen) {
                all.add(port);
            }
        }
        return all;
    }

    private void begin(Set<InetSocketAddress> resolved) {
        servers = resolved;
        for (EndpointSocket socket : sockets) {
            for (InetSocketAddress server : resolved) {
                if (canReach(socket.localAddress().getAddress(), server.getAddress())) {
                    discovery.add(socket.localAddress(), server, System.nanoTime());
                }
            }
        }
        step();
    }

    private static boolean canReach(InetAddress local, InetAddress server) {
        boolean sameFamily = local.getAddress().length == server.getAddress().length;
        return sameFamily && local.isLoopbackAddress() == server.isLoopbackAddress();
    }

    private void step() {
        for (Probe probe : discovery.poll(System.nanoTime())) {
            for (EndpointSocket socket : sockets) {
                if (socket.localAddress().equals(probe.local())) {
                    socket.send(BindingMessages.probe(probe.id()), probe.server());
                }
            }
        }
        settleIfDone();
        awaitNext();
    }

    private void awaitNext() {
        ScheduledFuture<?> old = timer;
        if (old != null) {
            old.cancel(false);
        }
        timer = discovery
                .nextNanos(System.nanoTime())
                .map(next -> Tasks.trySchedule(
                        stunThread, this::step, Duration.ofNanos(Math.max(0, next - System.nanoTime()))))
                .orElse(null);
    }

    private void settleIfDone() {
        for (InetSocketAddress server : discovery.takeUnhelpful()) {
            LOG.warn(
                    "STUN server {} does not answer with our address; going on without it: check its name and port,"
                            + " and whether a firewall blocks UDP to it",
                    server);
        }
        if (!portsExpected && discovery.isSettled(System.nanoTime())) {
            List<Mapping> found = mappings();
            answered = discovery.isAnswered();
            settled = found;
            waiting.forEach(waiter -> waiter.end(found, answered));
            waiting.clear();
        } else if (!waiting.isEmpty()) {
            List<Mapping> soFar = mappings();
            waiting.forEach(waiter -> waiter.tell(soFar));
        }
    }

    /** Whether an address is one of the servers asked: what looks like STUN from there is, with or without FINGERPRINT. */
    boolean isServer(InetSocketAddress address) {
        return servers.contains(address);
    }

    /** STUN thread: takes a response if it answers a probe. */
    Answer onResponse(EndpointSocket socket, InetSocketAddress from, StunMessage response) {
        Answer answer = discovery.onResponse(response, socket.localAddress(), from, System.nanoTime());
        if (answer != Answer.NOT_OURS) {
            servers = discovery.servers();
            natProfile = profile();
            settleIfDone();
            awaitNext();
        }
        return answer;
    }

    /** Tells of the reflexive addresses: at once if they are settled, else as they come, until a time-out. */
    void follow(Duration timeout, Follower follower) {
        Waiter waiter = new Waiter(follower);
        List<Mapping> known = settled;
        if (known != null) {
            waiter.end(known, answered);
            return;
        }
        boolean taken = Tasks.tryExecute(stunThread, () -> {
            List<Mapping> now = settled;
            if (now != null) {
                waiter.end(now, answered);
                return;
            }
            waiter.tell(mappings());
            waiting.add(waiter);
            waiter.timer = Tasks.trySchedule(stunThread, () -> giveUp(waiter), timeout);
        });
        if (!taken) {
            waiter.end(List.of(), false);
        }
    }

    private void giveUp(Waiter waiter) {
        if (waiting.remove(waiter)) {
            waiter.end(mappings(), discovery.isAnswered());
        }
    }

    /** How the NATs before us map ports, as far as known. */
    NatProfile natProfile() {
        return natProfile;
    }

    /**
     * The socket that the servers have seen; null if none was. One of IPv4 if there is: that is where NATs are, and what
     * {@link #natProfile} is about. STUN thread.
     */
    @Nullable
    InetSocketAddress outward() {
        return sockets.stream()
                .map(EndpointSocket::localAddress)
                .filter(local -> discovery.mappingsOf(local).known())
                .min(Comparator.comparing(local -> local.getAddress() instanceof Inet4Address ? 0 : 1))
                .orElse(null);
    }

    private NatProfile profile() {
        InetSocketAddress local = outward();
        if (local == null) {
            return NatProfile.UNKNOWN;
        }
        ReflexiveDiscovery.Mappings mappings = discovery.mappingsOf(local);
        return mappings.same() ? NatProfile.INDEPENDENT : NatProfile.dependent(mappings.ports());
    }

    /** The addresses that STUN servers saw, as far as known. */
    List<InetSocketAddress> known() {
        List<Mapping> mappings = settled;
        return mappings == null
                ? List.of()
                : mappings.stream().map(Mapping::reflexive).toList();
    }
}
