package dev.culvert.ice.internal.ports;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** NAT-PMP for one socket; RFC 6886 section 3. */
final class NatPmpClient implements PortClient {
    private final GatewayLink link;
    private final int port;
    private final Events events;
    private @Nullable Inet4Address address;

    /** What we have, and so want to keep; else the port inside. */
    private int wantedPort;

    /** One answer for each request: nobody may make us tell one address after the other. */
    private boolean awaiting;

    NatPmpClient(GatewayLink link, int port, Events events) {
        this.link = link;
        this.port = port;
        this.events = events;
        wantedPort = port;
    }

    @Override
    public void probe(long nowNanos) {
        link.send(NatPmp.addressRequest(), nowNanos);
    }

    @Override
    public void map(long lifetimeSeconds, long nowNanos) {
        awaiting = true;
        if (lifetimeSeconds > 0) {
            probe(nowNanos); // the address may have changed since
        }
        link.send(NatPmp.mapRequest(port, lifetimeSeconds == 0 ? 0 : wantedPort, lifetimeSeconds), nowNanos);
    }

    void onResponse(NatPmp.Response response, long nowNanos) {
        if (response instanceof NatPmp.AddressResponse said) {
            address = said.external();
            events.answered(PortProtocol.NAT_PMP, nowNanos);
        } else if (response instanceof NatPmp.Refusal refusal) {
            String why = "result code " + refusal.resultCode();
            if (refusal.ofMapping()) {
                events.refused(PortProtocol.NAT_PMP, why, nowNanos);
            } else {
                events.absent(PortProtocol.NAT_PMP, nowNanos);
            }
        } else if (response instanceof NatPmp.MapResponse mapped && mapped.internalPort() == port) {
            onMapped(mapped, nowNanos);
        }
    }

    private void onMapped(NatPmp.MapResponse mapped, long nowNanos) {
        if (!awaiting) {
            return;
        }
        if (mapped.lifetimeSeconds() == 0) {
            awaiting = false;
            wantedPort = port;
            events.removed(PortProtocol.NAT_PMP, nowNanos);
        } else if (address != null) { // else the request is repeated, for the address too
            awaiting = false;
            wantedPort = mapped.externalPort();
            PortGrant grant =
                    new PortGrant(new InetSocketAddress(address, mapped.externalPort()), mapped.lifetimeSeconds());
            events.granted(PortProtocol.NAT_PMP, grant, mapped.epochSeconds(), nowNanos);
        }
    }
}
