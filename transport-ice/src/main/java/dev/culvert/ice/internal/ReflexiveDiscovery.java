package dev.culvert.ice.internal;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which Binding request goes out when, and what the answers tell: the endpoint's reflexive addresses, one for
 * each local socket and server. Pure logic in the caller's time (nanoseconds of any origin); the STUN thread owns it.
 *
 * <p>Each request is repeated after 250 ms, doubling, four times in all (RFC 8489 section 6.2.1, shortened: a silent
 * server is given up after 3.75 s). An answered one is asked again every 25 s, which keeps the NAT's mapping open: UDP
 * mappings last at least 30 s in what is deployed (RFC 4787 asks for two minutes).
 *
 * <p>One address is enough to connect, so once a server has answered, the others get {@link #GRACE} and are then
 * waited for no longer: a dead server, or a socket that reaches none, delays nobody.
 */
public final class ReflexiveDiscovery {
    static final Duration FIRST_RTO = Duration.ofMillis(250);
    static final int MAX_SENDS = 4;
    static final Duration REFRESH = Duration.ofSeconds(25);

    /** After a server stayed silent it is asked again at this distance: it may come back. */
    static final Duration RETRY_SILENT = Duration.ofSeconds(60);

    /** Room for one lost packet: the first repetition goes out after 250 ms and has as long to be answered. */
    static final Duration GRACE = Duration.ofMillis(500);

    /** How much longer than two round trips a server's other address is waited for. */
    static final Duration COMPARE_GRACE = Duration.ofMillis(50);

    /** NATs seldom change their ways. */
    static final Duration COMPARE_AGAIN = Duration.ofMinutes(10);

    /** Servers times sockets, with other addresses. */
    private static final int MAX_EXCHANGES = 256;

    /** What a response was. */
    public enum Answer {
        /** It tells a reflexive address. */
        USABLE,
        /** It answers a request of ours, but with an error, or without an address that a peer could use. */
        UNHELPFUL,
        /** It answers none of our requests. */
        NOT_OURS
    }

    /** One request to send now. */
    public record Probe(InetSocketAddress local, InetSocketAddress server, TransactionId id) {}

    /** What one server saw of one local socket. */
    public record Mapping(InetSocketAddress local, InetSocketAddress server, InetSocketAddress reflexive) {}

    /** What the mappings towards different servers have in common. */
    public record Mappings(boolean known, boolean same, List<Integer> ports) {
        private static final Mappings UNKNOWN = new Mappings(false, false, List.of());
    }

    private record Route(InetSocketAddress local, InetSocketAddress server) {}

    private static final class Exchange {
        final Route route;
        TransactionId id;

        /** Asked only to compare what it sees with what others see; its answer makes no candidate. */
        final boolean comparing;

        /** The first other address that the server has told; later ones are not heeded, or it could have us ask anybody. */
        @Nullable
        InetSocketAddress other;

        int sends;
        long sentNanos;
        long nextNanos;
        boolean settled;

        Exchange(Route route, TransactionId id, boolean comparing, long now) {
            this.route = route;
            this.comparing = comparing;
            this.id = id;
            this.nextNanos = now;
        }
    }

    private final SecureRandom random;
    private final List<Exchange> exchanges = new ArrayList<>();
    private final Map<Route, InetSocketAddress> reflexive = new LinkedHashMap<>();
    private final Set<InetSocketAddress> unhelpful = new LinkedHashSet<>();
    private final Set<InetSocketAddress> told = new HashSet<>();

    /** When the grace of the slower servers ends; null until one has answered usably. */
    private @Nullable Long graceEndNanos;

    private long compareEndNanos; // of meaning only with the one above

    public ReflexiveDiscovery(SecureRandom random) {
        this.random = random;
    }

    /** Begins to ask a server about a socket; both must be of one address family. */
    public void add(InetSocketAddress local, InetSocketAddress server, long nowNanos) {
        exchanges.add(new Exchange(new Route(local, server), TransactionId.random(random), false, nowNanos));
    }

    /**
     * A server tells of its other address and port (RFC 5780 section 7.4): asked there, it shows whether the NAT maps us
     * to the same port towards everybody.
     */
    private void compare(Exchange exchange, InetSocketAddress other, long nowNanos) {
        InetSocketAddress first = exchange.route.server();
        if (exchange.comparing
                || !couldBe(other, first)
                || other.getAddress().equals(first.getAddress())
                || (exchange.other != null && !exchange.other.equals(other))
                || Unicast.isPublic(other.getAddress()) != Unicast.isPublic(first.getAddress())) {
            return;
        }
        exchange.other = other;
        for (InetSocketAddress server : List.of(
                other,
                new InetSocketAddress(other.getAddress(), first.getPort()),
                new InetSocketAddress(first.getAddress(), other.getPort()))) {
            Route route = new Route(exchange.route.local(), server);
            boolean isAsked = exchanges.stream().anyMatch(known -> known.route.equals(route));
            if (!isAsked && exchanges.size() < MAX_EXCHANGES) {
                exchanges.add(new Exchange(route, TransactionId.random(random), true, nowNanos));
            }
        }
    }

    /** What is due now. */
    public List<Probe> poll(long nowNanos) {
        List<Probe> due = new ArrayList<>();
        for (Exchange exchange : exchanges) {
            if (exchange.nextNanos - nowNanos > 0) {
                continue;
            }
            if (exchange.sends == MAX_SENDS) {
                exchange.settled = true;
                reflexive.remove(exchange.route);
                if (!exchange.comparing) {
                    unhelpful.add(exchange.route.server());
                }
                restart(exchange, nowNanos, exchange.comparing ? COMPARE_AGAIN : RETRY_SILENT);
                continue;
            }
            due.add(new Probe(exchange.route.local(), exchange.route.server(), exchange.id));
            exchange.nextNanos = nowNanos + (FIRST_RTO.toNanos() << exchange.sends);
            exchange.sentNanos = nowNanos;
            exchange.sends++;
        }
        return due;
    }

    private void restart(Exchange exchange, long nowNanos, Duration after) {
        exchange.id = TransactionId.random(random);
        exchange.sends = 0;
        exchange.nextNanos = nowNanos + after.toNanos();
    }

    /** All servers that are asked, at their other addresses too. */
    public Set<InetSocketAddress> servers() {
        Set<InetSocketAddress> servers = new HashSet<>();
        exchanges.forEach(exchange -> servers.add(exchange.route.server()));
        return servers;
    }

    /** When {@link #poll} or {@link #isSettled} next has something to tell; empty when nothing was added. */
    public Optional<Long> nextNanos(long nowNanos) {
        Long next = null;
        if (graceEndNanos != null && !isSettled(nowNanos)) {
            boolean comparing = exchanges.stream().anyMatch(exchange -> exchange.comparing && !exchange.settled);
            next = comparing && !isComparedLongEnough(nowNanos) ? Long.valueOf(compareEndNanos) : graceEndNanos;
        }
        for (Exchange exchange : exchanges) {
            if (next == null || exchange.nextNanos - next < 0) {
                next = exchange.nextNanos;
            }
        }
        return Optional.ofNullable(next);
    }

    /**
     * Takes a response. One to an earlier sending of the same request counts; after the first answer, or once the
     * request was given up, further ones are {@link Answer#NOT_OURS}.
     */
    public Answer onResponse(StunMessage message, InetSocketAddress local, InetSocketAddress from, long nowNanos) {
        TransactionId id = message.transactionId();
        for (Exchange exchange : exchanges) {
            if (exchange.id.equals(id)
                    && exchange.route.server().equals(from)
                    && exchange.route.local().equals(local)) {
                return answer(exchange, message, nowNanos);
            }
        }
        return Answer.NOT_OURS;
    }

    private Answer answer(Exchange exchange, StunMessage message, long nowNanos) {
        exchange.settled = true;
        long roundTrip = exchange.sends == 1 ? nowNanos - exchange.sentNanos : FIRST_RTO.toNanos();
        restart(exchange, nowNanos, exchange.comparing ? COMPARE_AGAIN : REFRESH);
        InetSocketAddress mapped = message.mappedAddress().orElse(null);
        if (message.kind() != StunMessage.Kind.SUCCESS || mapped == null || !couldBe(mapped, exchange.route.local())) {
            if (!exchange.comparing) {
                unhelpful.add(exchange.route.server());
            }
            return Answer.UNHELPFUL;
        }
        InetSocketAddress before = reflexive.put(exchange.route, mapped);
        if (!exchange.comparing && before != null && !before.equals(mapped)) {
            compareAnew(exchange.route.local(), nowNanos);
        }
        if (graceEndNanos == null) {
            graceEndNanos = nowNanos + GRACE.toNanos();
            compareEndNanos = nowNanos + 2 * roundTrip + COMPARE_GRACE.toNanos();
        }
        message.plainAddress(StunAttribute.OTHER_ADDRESS).ifPresent(other -> compare(exchange, other, nowNanos));
        return Answer.USABLE;
    }

    /** The NAT maps us anew: what was seen before says nothing about what is seen now. */
    private void compareAnew(InetSocketAddress local, long nowNanos) {
        for (Exchange exchange : exchanges) {
            if (exchange.comparing && exchange.route.local().equals(local)) {
                reflexive.remove(exchange.route);
                restart(exchange, nowNanos, Duration.ZERO);
            }
        }
    }

    /** Whether a socket can be seen like this: any server, or who forges its answer, may claim anything. */
    private static boolean couldBe(InetSocketAddress mapped, InetSocketAddress local) {
        return Unicast.isUnicast(mapped)
                && mapped.getAddress().getAddress().length == local.getAddress().getAddress().length;
    }

    /** Whether waiting longer is not worth it: every request was answered or given up once, or the grace has passed. */
    public boolean isSettled(long nowNanos) {
        return (graceEndNanos != null && nowNanos - graceEndNanos >= 0)
                || exchanges.stream()
                        .allMatch(
                                exchange -> exchange.settled || (exchange.comparing && isComparedLongEnough(nowNanos)));
    }

    /** Whether any server has told an address, even if only what we know. */
    public boolean isAnswered() {
        return graceEndNanos != null;
    }

    private boolean isComparedLongEnough(long nowNanos) {
        return graceEndNanos != null && nowNanos - compareEndNanos >= 0;
    }

    /** How the NATs before a socket map it; unknown unless servers at two addresses have answered. */
    public Mappings mappingsOf(InetSocketAddress local) {
        Set<InetAddress> askedAt = new HashSet<>();
        Set<InetSocketAddress> seen = new LinkedHashSet<>();
        reflexive.forEach((route, address) -> {
            if (route.local().equals(local)) {
                askedAt.add(route.server().getAddress());
                seen.add(address);
            }
        });
        if (seen.contains(local)) {
            return new Mappings(true, true, List.of());
        }
        if (askedAt.size() < 2) {
            return Mappings.UNKNOWN;
        }
        return new Mappings(
                true,
                seen.size() == 1,
                seen.stream().map(InetSocketAddress::getPort).toList());
    }

    /** The servers that were given up or answered uselessly, each told once. */
    public Set<InetSocketAddress> takeUnhelpful() {
        Set<InetSocketAddress> taken = new LinkedHashSet<>(unhelpful);
        taken.removeAll(told);
        told.addAll(taken);
        unhelpful.clear();
        return taken;
    }

    /** What the servers saw that is not a local address anyway, one for each socket and distinct address. */
    public List<Mapping> mappings() {
        List<Mapping> mappings = new ArrayList<>();
        Set<Route> comparing = new HashSet<>();
        exchanges.stream().filter(exchange -> exchange.comparing).forEach(exchange -> comparing.add(exchange.route));
        reflexive.forEach((route, address) -> {
            if (comparing.contains(route)) {
                return;
            }
            boolean known = mappings.stream()
                    .anyMatch(m ->
                            m.local().equals(route.local()) && m.reflexive().equals(address));
            if (!known && !address.equals(route.local())) {
                mappings.add(new Mapping(route.local(), route.server(), address));
            }
        });
        return mappings;
    }
}
