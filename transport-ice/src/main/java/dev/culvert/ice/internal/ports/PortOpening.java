package dev.culvert.ice.internal.ports;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port of one socket at one router: which protocol opens it, until when, and what is to be removed. Pure logic in
 * the caller's time, over {@link PortClient}s; the ports thread owns it. At the start every protocol is asked at once.
 * Only PCP's question opens something already, so of a loser that answered late nothing but this has to be removed.
 */
final class PortOpening implements PortClient.Events {
    private static final Logger LOG = LoggerFactory.getLogger(PortOpening.class);

    /** A router that does not answer, or does not help, is left alone for so long. */
    static final Duration RETRY = Duration.ofMinutes(10);

    /** One repetition, 150 ms before the race ends. */
    private static final int PROBES = 2;

    /** Whom it tells, on the ports thread. */
    interface Output {
        void onPort(InetSocketAddress local, InetSocketAddress external);

        void onPortLost(InetSocketAddress local);

        /** Takes the clock of a router's answer. */
        void onEpoch(PortProtocol protocol, long epochSeconds, long nowNanos);
    }

    private final InetSocketAddress local;
    private final Map<PortProtocol, PortClient> clients;
    private final Output output;
    private final Map<PortProtocol, PortLease> leases = new EnumMap<>(PortProtocol.class);
    private @Nullable PortRace race;
    private @Nullable PortProtocol chosen;

    /** What PCP granted before it was chosen. */
    private @Nullable PortGrant early;

    private @Nullable InetSocketAddress told;
    private int probes;
    private long nextProbeNanos;
    private long retryNanos;
    private boolean uselessLogged;
    private boolean closing;

    /** @param clients those that are to be tried; filled before the first {@link #poll} */
    PortOpening(InetSocketAddress local, Map<PortProtocol, PortClient> clients, Output output, long nowNanos) {
        this.local = local;
        this.clients = clients;
        this.output = output;
        retryNanos = nowNanos;
    }

    /** Does what is due. */
    void poll(long nowNanos) {
        if (!closing && race == null && chosen == null && nowNanos - retryNanos >= 0) {
            race = new PortRace(clients.keySet(), nowNanos);
            early = null;
            probes = 0;
            nextProbeNanos = nowNanos;
        }
        for (PortProtocol protocol : PortProtocol.values()) {
            PortLease lease = leases.get(protocol);
            if (lease != null) {
                act(protocol, lease, nowNanos);
            }
        }
        if (!closing && race != null && chosen == null) {
            run(race, nowNanos);
        }
    }

    private void run(PortRace running, long nowNanos) {
        if (probes < PROBES && nowNanos - nextProbeNanos >= 0) {
            probes++;
            nextProbeNanos = nowNanos + PortLease.FIRST_REPETITION.toNanos();
            clients.forEach((protocol, client) -> {
                if (running.isAsked(protocol)) {
                    client.probe(nowNanos);
                }
            });
        }
        Optional<PortProtocol> winner = running.winner(nowNanos);
        if (winner.isPresent() || running.isLost(nowNanos)) {
            clients.values().forEach(PortClient::endProbe);
        }
        if (winner.isPresent()) {
            choose(winner.get(), nowNanos);
        } else if (running.isLost(nowNanos)) {
            LOG.debug("No router opens a port for {}", local);
            rest(nowNanos);
        }
    }

    private void choose(PortProtocol winner, long nowNanos) {
        chosen = winner;
        leases.put(winner, PortLease.asking(nowNanos));
        PortGrant grant = early;
        early = null;
        if (winner == PortProtocol.PCP && grant != null) {
            hold(winner, grant, nowNanos);
        }
    }

    /** Nothing more is tried for a while; what is being removed goes on. */
    private void rest(long nowNanos) {
        race = null;
        chosen = null;
        retryNanos = nowNanos + RETRY.toNanos();
    }

    private void act(PortProtocol protocol, PortLease lease, long nowNanos) {
        PortClient client = clients.get(protocol);
        switch (lease.poll(nowNanos)) {
            case ASK -> ask(client, PortLease.WANTED_SECONDS, nowNanos);
            case REMOVE -> ask(client, 0, nowNanos);
            case GAVE_UP -> giveUp(protocol);
            case LOST -> {
                tellLost();
                rest(nowNanos);
            }
            case NOTHING -> {}
        }
    }

    private static void ask(@Nullable PortClient client, long lifetimeSeconds, long nowNanos) {
        if (client != null) {
            client.map(lifetimeSeconds, nowNanos);
        }
    }

    /** The next best of those that answered has its turn. */
    private void giveUp(PortProtocol protocol) {
        if (protocol == chosen) {
            chosen = null;
            if (race != null) {
                race.onOut(protocol);
            }
        }
    }

    private void tellLost() {
        if (told != null && !closing) {
            told = null;
            output.onPortLost(local);
        }
    }

    @Override
    public void answered(PortProtocol protocol, long nowNanos) {
        if (race != null) {
            race.onAnswer(protocol, nowNanos);
        }
    }

    @Override
    public void absent(PortProtocol protocol, long nowNanos) {
        if (race != null && race.isAsked(protocol)) {
            race.onOut(protocol);
        }
    }

    @Override
    public void granted(PortProtocol protocol, PortGrant grant, long epochSeconds, long nowNanos) {
        if (epochSeconds != NO_EPOCH) {
            output.onEpoch(protocol, epochSeconds, nowNanos);
        }
        PortLease lease = leases.get(protocol);
        if (closing || (lease != null && lease.isRemoving())) {
            return; // its removal is on its way
        }
        if (protocol == chosen) {
            hold(protocol, grant, nowNanos);
        } else if (race != null && race.onAnswer(protocol, nowNanos)) {
            early = grant;
        } else if (early == null) {
            leases.put(protocol, PortLease.removing(nowNanos)); // too late: nobody wants it
        }
    }

    private void hold(PortProtocol protocol, PortGrant grant, long nowNanos) {
        PortLease lease = leases.get(protocol);
        if (lease == null) {
            return;
        }
        InetSocketAddress external = grant.external();
        if (!(external.getAddress() instanceof Inet4Address outside)
                || !Ipv4.isPublic(outside)
                || external.getPort() == 0) {
            logUseless(external);
            lease.release(nowNanos);
            tellLost();
            rest(nowNanos);
            return;
        }
        lease.onGranted(grant.lifetimeSeconds(), nowNanos);
        race = null;
        if (!external.equals(told)) {
            told = external;
            LOG.debug("{} opened {} for {}", protocol, external, local);
            output.onPort(local, external);
        }
    }

    private void logUseless(InetSocketAddress external) {
        if (!uselessLogged) {
            uselessLogged = true;
            LOG.info("The router's own address {} is not public: a port of it helps nobody", external.getAddress());
        }
    }

    @Override
    public void refused(PortProtocol protocol, String why, long nowNanos) {
        LOG.debug("{} refused for {}: {}", protocol, local, why);
        PortLease lease = leases.get(protocol);
        if (lease != null && lease.isRemoving()) {
            lease.onRemoved(); // there is nothing more that could be done
        } else if (protocol == chosen && lease != null) {
            lease.onRefused(nowNanos);
        } else {
            absent(protocol, nowNanos);
        }
    }

    @Override
    public void removed(PortProtocol protocol, long nowNanos) {
        PortLease lease = leases.get(protocol);
        if (lease == null || !lease.isRemoving()) {
            return;
        }
        lease.onRemoved();
        if (chosen != null && chosen != protocol) {
            askAgain(chosen, nowNanos); // some routers have but one mapping for all protocols
        }
    }

    /** The router may have forgotten what it granted by this protocol. */
    void askAgain(PortProtocol protocol, long nowNanos) {
        PortLease lease = leases.get(protocol);
        if (lease != null) {
            lease.askAgain(nowNanos);
        }
    }

    /** Removes what was opened; {@link #isClosed} tells when this is over. No event comes any more. */
    void close(long nowNanos) {
        closing = true;
        if (race != null && chosen == null && probes > 0 && clients.containsKey(PortProtocol.PCP)) {
            leases.put(PortProtocol.PCP, PortLease.removing(nowNanos)); // its question may have opened something
        }
        leases.values().forEach(lease -> lease.release(nowNanos));
    }

    boolean isClosed() {
        return closing && leases.values().stream().allMatch(PortLease::isEnded);
    }

    /** When {@link #poll} has something to do; empty if never. */
    Optional<Long> nextNanos() {
        Long next = null;
        if (!closing && chosen == null) {
            next = race == null ? retryNanos : probes < PROBES ? nextProbeNanos : race.endNanos();
        }
        for (PortLease lease : leases.values()) {
            if (!lease.isEnded() && (next == null || lease.nextNanos() - next < 0)) {
                next = lease.nextNanos();
            }
        }
        return Optional.ofNullable(next);
    }
}
