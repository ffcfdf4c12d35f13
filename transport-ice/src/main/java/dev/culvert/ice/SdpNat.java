package dev.culvert.ice;

import dev.culvert.transport.InvalidDescriptionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is known of a side's NATs as an SDP attribute of Culvert's own, which other agents pass over. Stateless. */
final class SdpNat {
    static final String NAME = "x-culvert-nat:";

    private static final String INDEPENDENT = "independent";
    private static final String DEPENDENT = "dependent";

    private SdpNat() {}

    /** The attribute without {@code a=}; empty if nothing is known. */
    static Optional<String> write(NatProfile nat) {
        return switch (nat.mapping()) {
            case UNKNOWN -> Optional.empty();
            case ENDPOINT_INDEPENDENT -> Optional.of(NAME + INDEPENDENT);
            case ENDPOINT_DEPENDENT ->
                Optional.of(NAME
                        + DEPENDENT
                        + nat.ports().stream().map(port -> " " + port).collect(Collectors.joining()));
        };
    }

    /** Reads the attribute's value; a word that is not known, of a later version, tells nothing. */
    static NatProfile read(String value) {
        List<String> words = List.of(value.split(" ", NatProfile.MAX_PORTS + 2));
        if (words.get(0).equals(INDEPENDENT)) {
            return NatProfile.INDEPENDENT;
        }
        if (!words.get(0).equals(DEPENDENT)) {
            return NatProfile.UNKNOWN;
        }
        try {
            List<Integer> ports = new ArrayList<>();
            words.subList(1, words.size()).forEach(word -> ports.add(Integer.valueOf(word)));
            return new NatProfile(NatProfile.Mapping.ENDPOINT_DEPENDENT, ports);
        } catch (NumberFormatException e) {
            throw new InvalidDescriptionException("The ports of a NAT are numbers, not: " + value);
        }
    }
}
