package dev.culvert.ice.internal.ice4j;

import dev.culvert.ice.internal.Unicast;
import java.net.InetAddress;
import org.ice4j.TransportAddress;
import org.ice4j.ice.Candidate;
import org.ice4j.ice.CandidateExtendedType;
import org.ice4j.ice.CandidateType;
import org.ice4j.ice.Component;
import org.ice4j.ice.LocalCandidate;
import org.ice4j.socket.IceSocketWrapper;
import org.jspecify.annotations.Nullable;

/** A relayed candidate without a socket of ice4j's: what it sends is given to the listener like any other. */
final class RelayCandidate extends LocalCandidate {
    RelayCandidate(TransportAddress relay, TransportAddress server, Component component) {
        super(relay, component, CandidateType.RELAYED_CANDIDATE, CandidateExtendedType.TURN_RELAYED_CANDIDATE, null);
        setBase(this); // RFC 8445 section 5.1.1.2
        setRelayServerAddress(server); // ice4j makes the foundation of it
    }

    @Override
    @SuppressWarnings("NullAway") // ice4j knows no annotations, and takes null for a candidate without a socket
    protected @Nullable IceSocketWrapper getCandidateIceSocketWrapper() {
        return null;
    }

    /** A server sends to no private address, or to a stranger's: a pair with one would be checked in vain. */
    @Override
    public boolean canReach(Candidate<?> peer) {
        return super.canReach(peer)
                && Unicast.isReachableFrom(
                        address(this), peer.getTransportAddress().getAddress());
    }

    private static InetAddress address(RelayCandidate candidate) {
        return candidate.getTransportAddress().getAddress();
    }
}
