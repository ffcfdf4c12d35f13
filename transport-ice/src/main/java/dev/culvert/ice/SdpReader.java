package dev.culvert.ice;

import dev.culvert.transport.InvalidDescriptionException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects what one SDP says of ICE, line by line. Reads the session's lines and the first media section's, whose
 * credentials go before the session's; what follows the second {@code m=} and what it does not know are passed over.
 * Used once, by one thread.
 */
final class SdpReader {
    static final String UFRAG = "ice-ufrag:";
    static final String PASSWORD = "ice-pwd:";
    static final String OPTIONS = "ice-options:";
    static final String TRICKLE = "trickle";
    static final String END_OF_CANDIDATES = "end-of-candidates";

    private static final int FIRST_SECTION = 1;

    private final @Nullable String[] ufrag = new String[2]; // of the session, of the first section
    private final @Nullable String[] password = new String[2];
    private final List<IceCandidate> candidates = new ArrayList<>();
    private int section; // 0 for the session's lines
    private NatProfile nat = NatProfile.UNKNOWN;
    private boolean trickle;
    private boolean ended;

    /** Takes a line without its end. Attributes may lack their {@code a=}, as candidates from a browser's API do. */
    void line(String line) {
        if (line.startsWith("m=")) {
            section++;
        }
        if (section > FIRST_SECTION) {
            return;
        }
        String attribute = line.startsWith("a=") ? line.substring(2) : line;
        if (attribute.startsWith(SdpCandidateLine.NAME)) {
            SdpCandidateLine.read(attribute).ifPresent(candidates::add);
        } else if (attribute.startsWith(UFRAG)) {
            set("ufrag", ufrag, attribute.substring(UFRAG.length()));
        } else if (attribute.startsWith(PASSWORD)) {
            set("password", password, attribute.substring(PASSWORD.length()));
        } else if (attribute.startsWith(OPTIONS)) {
            trickle |= Arrays.asList(attribute.substring(OPTIONS.length()).split(" ", -1))
                    .contains(TRICKLE);
        } else if (attribute.startsWith(SdpNat.NAME)) {
            nat = SdpNat.read(attribute.substring(SdpNat.NAME.length()));
        } else if (attribute.equals(END_OF_CANDIDATES)) {
            ended = true;
        }
    }

    private void set(String what, @Nullable String[] levels, String value) {
        if (levels[section] != null) {
            throw new InvalidDescriptionException("The SDP has a second " + what + " in one section");
        }
        levels[section] = value;
    }

    /** What the lines so far say. */
    IceDescription description() {
        return new IceDescription(
                inForce("ufrag", ufrag), inForce("password", password), best(), ended || !trickle, nat);
    }

    private static String inForce(String what, @Nullable String[] levels) {
        String value = levels[FIRST_SECTION] != null ? levels[FIRST_SECTION] : levels[0];
        if (value == null) {
            throw new InvalidDescriptionException("The SDP has no " + what);
        }
        return value;
    }

    /** As many as a description takes, in their order; the ones of lowest priority go. */
    private List<IceCandidate> best() {
        if (candidates.size() <= IceDescription.MAX_CANDIDATES) {
            return candidates;
        }
        Comparator<Integer> byPriority =
                Comparator.comparingLong(index -> -candidates.get(index).priority());
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < candidates.size(); i++) {
            order.add(i);
        }
        order.sort(byPriority); // stable: of equal ones, the first stay
        Set<Integer> kept = new HashSet<>(order.subList(0, IceDescription.MAX_CANDIDATES));
        List<IceCandidate> best = new ArrayList<>(IceDescription.MAX_CANDIDATES);
        for (int i = 0; i < candidates.size(); i++) {
            if (kept.contains(i)) {
                best.add(candidates.get(i));
            }
        }
        return best;
    }
}
