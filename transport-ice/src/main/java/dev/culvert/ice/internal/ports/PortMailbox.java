package dev.culvert.ice.internal.ports;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Gives the datagrams of a router to the client that they are for. Ports thread only. */
final class PortMailbox implements GatewayLink.Receiver {
    private final PortOpening opening;
    private @Nullable PcpClient pcp;
    private @Nullable NatPmpClient natPmp;

    PortMailbox(PortOpening opening) {
        this.opening = opening;
    }

    /** Before anything is sent. */
    void deliverTo(PcpClient toPcp, NatPmpClient toNatPmp) {
        pcp = toPcp;
        natPmp = toNatPmp;
    }

    @Override
    public void onDatagram(ByteBuffer datagram, long nowNanos) {
        PcpClient toPcp = pcp;
        NatPmpClient toNatPmp = natPmp;
        if (toPcp == null || toNatPmp == null) {
            return;
        }
        Pcp.parse(datagram).ifPresent(response -> toPcp.onResponse(response, nowNanos));
        NatPmp.parse(datagram).ifPresent(response -> {
            if (isAboutPcp(response)) {
                opening.absent(PortProtocol.PCP, nowNanos);
            } else {
                toNatPmp.onResponse(response, nowNanos);
            }
        });
    }

    /** A router that knows only NAT-PMP answers PCP like this (RFC 6887 appendix A). Ours has its version. */
    private static boolean isAboutPcp(NatPmp.Response response) {
        return response instanceof NatPmp.Refusal refusal && refusal.resultCode() == NatPmp.UNSUPPORTED_VERSION;
    }

    @Override
    public void onUnreachable(long nowNanos) {
        opening.absent(PortProtocol.PCP, nowNanos);
        opening.absent(PortProtocol.NAT_PMP, nowNanos);
    }
}
