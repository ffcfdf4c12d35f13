package dev.culvert.ice;

import dev.culvert.ice.internal.Unicast;
import dev.culvert.transport.InvalidDescriptionException;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One UDP address at which a peer may be reached, of component 1. Immutable; the constructor refuses what no peer can
 * mean: wildcard, multicast and broadcast addresses, port 0, a priority or foundation outside RFC 8839's bounds.
 *
 * @param foundation 1 to 32 ice-chars; equal for candidates of the same type, base and server
 * @param priority 1 to 2^31 - 1, larger is better
 * @param address where to send
 * @param type what kind it is
 * @param relatedAddress the base of a reflexive candidate, for diagnosis only
 */
public record IceCandidate(
        String foundation,
        long priority,
        InetSocketAddress address,
        CandidateType type,
        @Nullable InetSocketAddress relatedAddress) {
    /** The longest foundation that RFC 8839 section 5.1 allows. */
    public static final int MAX_FOUNDATION = 32;

    private static final long MAX_PRIORITY = Integer.MAX_VALUE;

    /** Checks every bound; throws {@link InvalidDescriptionException}. */
    public IceCandidate {
        IceChars.check("foundation", foundation, 1, MAX_FOUNDATION);
        if (priority < 1 || priority > MAX_PRIORITY) {
            throw new InvalidDescriptionException("A candidate's priority is 1 to 2^31 - 1, not " + priority);
        }
        if (!Unicast.isUnicast(address)) {
            throw new InvalidDescriptionException("A candidate needs a unicast address and a port, not " + address);
        }
        if (relatedAddress != null && relatedAddress.isUnresolved()) {
            throw new InvalidDescriptionException(
                    "A candidate's related address is an address, not a name: " + relatedAddress);
        }
    }

    /**
     * The candidate as the value of an SDP attribute (RFC 8839 section 5.1): {@code candidate:…}, without {@code a=} and
     * line end. A candidate that is no host's and has no related address gets the zeros that stand for a secret one.
     */
    public String toSdp() {
        return SdpCandidateLine.write(this);
    }

    /**
     * Reads one candidate of any agent, with or without {@code a=} and line end. Extensions are passed over. Looks up no
     * name.
     *
     * @return empty for a candidate that is well-formed and of no use here: TCP, a component other than 1, a type not
     *     known, or a host name (mDNS) for an address
     * @throws InvalidDescriptionException if it is malformed, or has an address, port or priority that no peer can mean
     */
    public static Optional<IceCandidate> fromSdp(String line) {
        return SdpCandidateLine.read(line);
    }

    @Override
    public String toString() {
        return type.token() + " " + address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
