package dev.culvert.ice;

import dev.culvert.transport.InvalidDescriptionException;
import java.util.List;

/**
 * How the NATs before a host map its ports, as STUN servers at two addresses saw it (RFC 5780). Immutable.
 *
 * @param mapping what is known
 * @param ports outside ports that were seen, at most {@link #MAX_PORTS}; only for {@link Mapping#ENDPOINT_DEPENDENT}
 */
public record NatProfile(Mapping mapping, List<Integer> ports) {
    /** Enough to tell whether a NAT draws its ports from a small part of all. */
    public static final int MAX_PORTS = 16;

    /** Nothing is known. */
    public static final NatProfile UNKNOWN = new NatProfile(Mapping.UNKNOWN, List.of());

    /** There is no NAT, or one that shows everybody the same address. */
    public static final NatProfile INDEPENDENT = new NatProfile(Mapping.ENDPOINT_INDEPENDENT, List.of());

    /** What a NAT does with one inside address and port (RFC 4787 section 4.1). */
    public enum Mapping {
        /** Not found out. */
        UNKNOWN,
        /** The same outside address and port towards everybody; without a NAT too. */
        ENDPOINT_INDEPENDENT,
        /** Another port towards each destination: a "symmetric" NAT. */
        ENDPOINT_DEPENDENT
    }

    /** Checks the bounds; throws {@link InvalidDescriptionException}. */
    public NatProfile {
        if (ports.size() > MAX_PORTS || ports.stream().anyMatch(port -> port < 1 || port > 65_535)) {
            throw new InvalidDescriptionException("A NAT profile has at most " + MAX_PORTS + " ports from 1 to 65535");
        }
        if (mapping != Mapping.ENDPOINT_DEPENDENT && !ports.isEmpty()) {
            throw new InvalidDescriptionException("Only a NAT with many ports for one has ports to tell");
        }
        ports = List.copyOf(ports);
    }

    /** A NAT that showed these ports for one. */
    static NatProfile dependent(List<Integer> ports) {
        return new NatProfile(
                Mapping.ENDPOINT_DEPENDENT,
                ports.stream().distinct().limit(MAX_PORTS).toList());
    }
}
