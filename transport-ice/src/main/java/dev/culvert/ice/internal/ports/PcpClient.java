package dev.culvert.ice.internal.ports;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** PCP for one socket; RFC 6887 section 11. */
final class PcpClient implements PortClient {
    private final GatewayLink link;
    private final Inet4Address local;
    private final int port;
    private final Events events;
    private final byte[] nonce = new byte[Pcp.NONCE_BYTES];

    /** What we have, and so want to keep. */
    private @Nullable InetSocketAddress external;

    /** One answer for each request: nobody may make us tell one address after the other. */
    private boolean awaiting;

    PcpClient(GatewayLink link, Inet4Address local, int port, Events events, SecureRandom random) {
        this.link = link;
        this.local = local;
        this.port = port;
        this.events = events;
        random.nextBytes(nonce);
    }

    @Override
    public void probe(long nowNanos) {
        map(PortLease.WANTED_SECONDS, nowNanos);
    }

    @Override
    public void map(long lifetimeSeconds, long nowNanos) {
        awaiting = true;
        InetSocketAddress had = external;
        int wantedPort = had == null ? port : had.getPort();
        Inet4Address wanted = had == null ? null : (Inet4Address) had.getAddress();
        link.send(Pcp.mapRequest(nonce, local, port, wantedPort, wanted, lifetimeSeconds), nowNanos);
    }

    void onResponse(Pcp.Response response, long nowNanos) {
        if (response.resultCode() == Pcp.UNSUPP_VERSION) {
            events.absent(PortProtocol.PCP, nowNanos);
            return;
        }
        Pcp.Mapping mapping = response.mapping();
        if (!awaiting || mapping == null || !response.isAbout(nonce, port)) {
            return;
        }
        awaiting = false;
        if (response.resultCode() != Pcp.SUCCESS) {
            events.refused(PortProtocol.PCP, "result code " + response.resultCode(), nowNanos);
        } else if (response.lifetimeSeconds() == 0) {
            external = null;
            events.removed(PortProtocol.PCP, nowNanos);
        } else if (mapping.external() == null) {
            events.refused(PortProtocol.PCP, "no IPv4 address outside", nowNanos);
        } else {
            external = new InetSocketAddress(mapping.external(), mapping.externalPort());
            PortGrant grant = new PortGrant(external, response.lifetimeSeconds());
            events.granted(PortProtocol.PCP, grant, response.epochSeconds(), nowNanos);
        }
    }
}
