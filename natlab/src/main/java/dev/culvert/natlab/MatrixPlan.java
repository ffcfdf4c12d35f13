package dev.culvert.natlab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What a run of the matrix tries. Immutable.
 *
 * @param kinds of NAT; every unordered pair of them is a cell
 * @param peers whose ICE, each on both sides
 * @param rttMillis round trips between the sides, one after another
 * @param lossPercent losses, one after another
 * @param access what the peers may use
 * @param tries of each cell that can connect, one or more
 * @param timeoutSeconds until a try has failed
 */
public record MatrixPlan(
        List<NatKind> kinds,
        List<PeerKind> peers,
        List<Integer> rttMillis,
        List<Integer> lossPercent,
        Access access,
        int tries,
        int timeoutSeconds) {
    /** A cell that can not connect takes a whole time-out for each try, and a second one says as much as a tenth. */
    static final int HOPELESS_TRIES = 2;

    /** Twice as long as any pair has needed on a line of 100 ms; it is what each hopeless try costs. */
    static final int HOPELESS_SECONDS = 4;

    /** Which servers the peers are told of. */
    public enum Access {
        STUN,
        TURN,
        /** Also over TCP, for who can send no UDP. */
        TURN_ANY;

        /** As the command line calls it. */
        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        Servers servers() {
            return switch (this) {
                case STUN -> Servers.STUN;
                case TURN -> Servers.TURN;
                case TURN_ANY -> Servers.TURN_ANY;
            };
        }

        /** Whether two sides of Culvert's behind these NATs must get a connection with them. */
        boolean connects(NatKind a, NatKind b) {
            return a.reachesByGuessing(b) || connectsAnybody(a, b);
        }

        /** The least that two sides behind these NATs must get a connection with. */
        static Access least(NatKind a, NatKind b) {
            return Stream.of(values())
                    .filter(access -> access.connects(a, b))
                    .findFirst()
                    .orElse(TURN_ANY);
        }

        /** Whether any agent gets one. */
        boolean connectsAnybody(NatKind a, NatKind b) {
            return switch (this) {
                case STUN -> a.reaches(b);
                case TURN -> a.isOpen() && b.isOpen();
                case TURN_ANY -> true;
            };
        }
    }

    /** The lists are copied. */
    public MatrixPlan {
        kinds = List.copyOf(kinds);
        peers = List.copyOf(peers);
        rttMillis = List.copyOf(rttMillis);
        lossPercent = List.copyOf(lossPercent);
    }

    /** A line between two sides. */
    record Line(int rttMillis, int lossPercent) {}

    /** Every combination of round trip and loss. */
    List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        for (int rtt : rttMillis) {
            for (int loss : lossPercent) {
                lines.add(new Line(rtt, loss));
            }
        }
        return lines;
    }

    /** The kinds' pairs, each once, a kind with itself too. */
    List<Pair> pairs() {
        return pairs(kinds);
    }

    static List<Pair> pairs(List<NatKind> kinds) {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < kinds.size(); i++) {
            for (int j = i; j < kinds.size(); j++) {
                pairs.add(new Pair(kinds.get(i), kinds.get(j)));
            }
        }
        return pairs;
    }

    /** The NATs of side A, which is controlling, and of side B. */
    record Pair(NatKind a, NatKind b) {
        @Override
        public String toString() {
            return a.word() + "-" + b.word();
        }
    }

    /** How often a pair is tried. */
    int tries(Pair pair, PeerKind peer) {
        return canConnect(pair, peer) ? tries : Math.min(tries, HOPELESS_TRIES);
    }

    /** How long a try of a pair may take. */
    int timeoutSeconds(Pair pair, PeerKind peer) {
        return canConnect(pair, peer) ? timeoutSeconds : Math.min(timeoutSeconds, HOPELESS_SECONDS);
    }

    private boolean canConnect(Pair pair, PeerKind peer) {
        return peer == PeerKind.CULVERT
                ? access.connects(pair.a(), pair.b())
                : access.connectsAnybody(pair.a(), pair.b());
    }
}
