package dev.culvert.ice;

import dev.culvert.ice.internal.StunMessage;
import java.net.InetSocketAddress;

/** Puts a path that a check of our own has found into ICE's terms. Stateless. */
final class PairDescriber {
    private final ContextAgent agent;
    private final Establishment establishment;
    private final IceEndpoint endpoint;

    PairDescriber(ContextAgent agent, Establishment establishment, IceEndpoint endpoint) {
        this.agent = agent;
        this.establishment = establishment;
        this.endpoint = endpoint;
    }

    /** @param answer to the check over the path; tells what the peer saw us come from */
    SelectedPair describe(Path path, StunMessage answer) {
        InetSocketAddress base = path.base();
        InetSocketAddress seen = answer.mappedAddress().orElse(base);
        CandidateType local;
        if (agent.relay().owns(path.socket())) {
            local = CandidateType.RELAYED;
            seen = base;
        } else if (seen.equals(base)) {
            local = CandidateType.HOST;
        } else {
            local = endpoint.reflexiveAddresses().contains(seen)
                    ? CandidateType.SERVER_REFLEXIVE
                    : CandidateType.PEER_REFLEXIVE;
        }
        CandidateType remote = establishment.remoteCandidates().stream()
                .filter(candidate -> candidate.address().equals(path.remote()))
                .map(IceCandidate::type)
                .findFirst()
                .orElse(CandidateType.PEER_REFLEXIVE);
        return new SelectedPair(local, seen, base, remote, path.remote());
    }
}
