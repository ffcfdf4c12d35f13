package dev.culvert.ice.internal.ports;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * UPnP for one socket: a search, then the description, the address outside and the mapping, a connection for each. One
 * step at a time; what fails is begun again when the mapping is asked for again.
 */
final class UpnpClient implements PortClient {
    /** Other ports to try when the wanted one is another host's. */
    private static final int MAX_CONFLICTS = 3;

    private static final int FIRST_FREE_PORT = 10_000;

    private final Selector selector;
    private final Inet4Address local;
    private final int port;
    private final Inet4Address router;
    private final Events events;
    private final SecureRandom random;

    private @Nullable SsdpSearch search;
    private @Nullable UpnpUrl location;
    private @Nullable UpnpService service;
    private @Nullable HttpExchange exchange;

    /** The port outside that is asked for or ours. */
    private int externalPort;

    private int conflicts;

    /** How long mappings are to last, in seconds; 0, for ever, after the router refused a limit. */
    private long lease = PortLease.WANTED_SECONDS;

    /** Whether a mapping may exist. */
    private boolean added;

    /** Whether the exchange that is under way is a removal. */
    private boolean removing;

    UpnpClient(
            Selector selector, Inet4Address local, int port, Inet4Address router, Events events, SecureRandom random) {
        this.selector = selector;
        this.local = local;
        this.port = port;
        this.router = router;
        this.events = events;
        this.random = random;
        externalPort = port;
    }

    @Override
    public void probe(long nowNanos) {
        try {
            if (search == null) {
                location = null;
                service = null;
                search = new SsdpSearch(selector, local, router, this::found);
            }
            search.send();
        } catch (IOException e) {
            endSearch();
            events.absent(PortProtocol.UPNP, nowNanos);
        }
    }

    /** A description of the router's is there. */
    void found(UpnpUrl url, long nowNanos) {
        location = url;
        endSearch();
        events.answered(PortProtocol.UPNP, nowNanos);
    }

    @Override
    public void endProbe() {
        endSearch();
    }

    private void endSearch() {
        if (search != null) {
            search.close();
            search = null;
        }
    }

    @Override
    public void map(long lifetimeSeconds, long nowNanos) {
        if (lifetimeSeconds == 0) {
            remove(nowNanos);
        } else if (exchange == null) {
            removing = false;
            if (service == null) {
                describe(nowNanos);
            } else {
                askAddress(service, nowNanos);
            }
        }
    }

    private void describe(long nowNanos) {
        UpnpUrl url = location;
        if (url == null) {
            events.refused(PortProtocol.UPNP, "no description", nowNanos);
            return;
        }
        start(url, Soap.describe(url), nowNanos, (reply, now) -> {
            Optional<UpnpService> found =
                    reply.status() == 200 ? UpnpService.parse(reply.body(), url) : Optional.empty();
            if (found.isPresent()) {
                service = found.get();
                askAddress(found.get(), now);
            } else {
                events.refused(PortProtocol.UPNP, "its description names no service that opens ports", now);
            }
        });
    }

    private void askAddress(UpnpService gateway, long nowNanos) {
        call(gateway, Soap.externalAddress(gateway), nowNanos, (answer, now) -> {
            Optional<Inet4Address> address = answer.externalAddress();
            if (address.isPresent()) {
                add(gateway, address.get(), now);
            } else {
                events.refused(PortProtocol.UPNP, "it tells no address", now);
            }
        });
    }

    private void add(UpnpService gateway, Inet4Address outside, long nowNanos) {
        added = true;
        byte[] request = Soap.addMapping(gateway, externalPort, local, port, lease);
        call(gateway, request, nowNanos, (answer, now) -> {
            int error = answer.error();
            if (error == Soap.NO_ERROR) {
                conflicts = 0;
                InetSocketAddress external = new InetSocketAddress(outside, externalPort);
                events.granted(
                        PortProtocol.UPNP, new PortGrant(external, PortLease.WANTED_SECONDS), Events.NO_EPOCH, now);
            } else if (error == Soap.ONLY_PERMANENT && lease != 0) {
                lease = 0;
                add(gateway, outside, now);
            } else if (error == Soap.CONFLICT && conflicts < MAX_CONFLICTS) {
                conflicts++;
                externalPort = FIRST_FREE_PORT + random.nextInt(0xffff - FIRST_FREE_PORT);
                add(gateway, outside, now);
            } else {
                added = false;
                events.refused(PortProtocol.UPNP, "error " + error, now);
            }
        });
    }

    private void remove(long nowNanos) {
        UpnpService gateway = service;
        if (gateway == null || !added) {
            endExchange();
            events.removed(PortProtocol.UPNP, nowNanos);
        } else if (exchange == null || !removing) {
            endExchange();
            removing = true;
            call(gateway, Soap.deleteMapping(gateway, externalPort), nowNanos, (answer, now) -> {
                added = false;
                events.removed(PortProtocol.UPNP, now);
            });
        }
    }

    private void call(UpnpService gateway, byte[] request, long nowNanos, ObjLongConsumer<Soap.Answer> next) {
        start(gateway.control(), request, nowNanos, (reply, now) -> {
            Optional<Soap.Answer> answer = Soap.answer(reply);
            if (answer.isPresent()) {
                next.accept(answer.get(), now);
            } else {
                events.refused(PortProtocol.UPNP, "HTTP status " + reply.status(), now);
            }
        });
    }

    /** Without a reply nothing follows: the mapping, or its end, is asked for again in time. */
    private void start(UpnpUrl url, byte[] request, long nowNanos, ObjLongConsumer<HttpReply> next) {
        exchange = HttpExchange.start(
                        selector,
                        local,
                        url.address(),
                        request,
                        (reply, now) -> {
                            exchange = null;
                            if (reply != null) {
                                next.accept(reply, now);
                            }
                        },
                        nowNanos)
                .orElse(null);
    }

    private void endExchange() {
        if (exchange != null) {
            exchange.close();
            exchange = null;
        }
    }
}
