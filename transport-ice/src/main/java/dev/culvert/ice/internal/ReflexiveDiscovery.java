package dev.culvert.ice.internal;

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

    private record Route(InetSocketAddress local, InetSocketAddress server) {}

    private static final class Exchange {
        final Route route;
        TransactionId id;
        int sends;
        long nextNanos;
        boolean settled;

        Exchange(Route route, TransactionId id, long now) {
            this.route = route;
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

    public ReflexiveDiscovery(SecureRandom random) {
        this.random = random;
    }

    /** Begins to ask a server about a socket; both must be of one address family. */
    public void add(InetSocketAddress local, InetSocketAddress server, long nowNanos) {
        exchanges.add(new Exchange(new Route(local, server), TransactionId.random(random), nowNanos));
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
                unhelpful.add(exchange.route.server());
                restart(exchange, nowNanos, RETRY_SILENT);
                continue;
            }
            due.add(new Probe(exchange.route.local(), exchange.route.server(), exchange.id));
            exchange.nextNanos = nowNanos + (FIRST_RTO.toNanos() << exchange.sends);
            exchange.sends++;
        }
        return due;
    }

    private void restart(Exchange exchange, long nowNanos, Duration after) {
        exchange.id = TransactionId.random(random);
        exchange.sends = 0;
        exchange.nextNanos = nowNanos + after.toNanos();
    }

    /** When {@link #poll} or {@link #isSettled} next has something to tell; empty when nothing was added. */
    public Optional<Long> nextNanos(long nowNanos) {
        Long next = graceEndNanos != null && !isSettled(nowNanos) ? graceEndNanos : null;
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
        restart(exchange, nowNanos, REFRESH);
        InetSocketAddress mapped = message.mappedAddress().orElse(null);
        if (message.kind() != StunMessage.Kind.SUCCESS || mapped == null || !couldBe(mapped, exchange.route.local())) {
            unhelpful.add(exchange.route.server());
            return Answer.UNHELPFUL;
        }
        reflexive.put(exchange.route, mapped);
        if (graceEndNanos == null) {
            graceEndNanos = nowNanos + GRACE.toNanos();
        }
        return Answer.USABLE;
    }

    /** Whether a socket can be seen like this: any server, or who forges its answer, may claim anything. */
    private static boolean couldBe(InetSocketAddress mapped, InetSocketAddress local) {
        return Unicast.isUnicast(mapped)
                && mapped.getAddress().getAddress().length == local.getAddress().getAddress().length;
    }

    /** Whether waiting longer is not worth it: every request was answered or given up once, or the grace has passed. */
    public boolean isSettled(long nowNanos) {
        return (graceEndNanos != null && nowNanos - graceEndNanos >= 0)
                || exchanges.stream().allMatch(exchange -> exchange.settled);
    }

    /** Whether any server has told an address, even if only what we know. */
    public boolean isAnswered() {
        return graceEndNanos != null;
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
        reflexive.forEach((route, address) -> {
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
