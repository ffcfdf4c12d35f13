package dev.culvert.ice;

import dev.culvert.transport.Tier;
import java.net.InetSocketAddress;

/**
 * The pair of candidates that carries the data.
 *
 * @param localType type of our candidate
 * @param localAddress its address: for a reflexive one, what the peer sees
 * @param base the local address and port that datagrams leave from
 * @param remoteType type of the peer's candidate
 * @param remoteAddress where datagrams go
 */
public record SelectedPair(
        CandidateType localType,
        InetSocketAddress localAddress,
        InetSocketAddress base,
        CandidateType remoteType,
        InetSocketAddress remoteAddress) {
    /** The tier of a connection over this pair: DIRECT, ICE or RELAY. */
    public Tier tier() {
        if (isRelayed()) {
            return Tier.RELAY;
        }
        return localType == CandidateType.HOST && remoteType == CandidateType.HOST ? Tier.DIRECT : Tier.ICE;
    }

    /** Whether a TURN server is at either end. */
    public boolean isRelayed() {
        return localType == CandidateType.RELAYED || remoteType == CandidateType.RELAYED;
    }

    @Override
    public String toString() {
        return localType.token() + " " + text(localAddress) + " -> " + remoteType.token() + " " + text(remoteAddress);
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
