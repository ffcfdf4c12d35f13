package dev.culvert.natlab;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * All tries of one kind of peer behind one pair of NATs on one line. Immutable.
 *
 * @param required whether every try must connect
 */
record Cell(PeerKind peer, MatrixPlan.Line line, MatrixPlan.Pair pair, boolean required, List<Attempt> attempts) {
    Cell {
        attempts = List.copyOf(attempts);
    }

    int tries() {
        return attempts.size();
    }

    int successes() {
        return (int) attempts.stream().filter(Attempt::succeeded).count();
    }

    /** Whether it is ours, had to connect and did not. Rivals may fail. */
    boolean isBroken() {
        return peer == PeerKind.CULVERT && required && successes() < tries();
    }

    /** Median milliseconds at the controlling end, of the tries that connected; NaN if none did. */
    double medianAtA() {
        return median(Attempt::millisAtA);
    }

    /** Median milliseconds at the controlled end. */
    double medianAtB() {
        return median(Attempt::millisAtB);
    }

    /** Median of what the slower end of each try needed. */
    double medianOfSlower() {
        return median(attempt -> Math.max(attempt.millisAtA(), attempt.millisAtB()));
    }

    private double median(ToDoubleFunction<Attempt> of) {
        double[] sorted = attempts.stream()
                .filter(Attempt::succeeded)
                .mapToDouble(of)
                .sorted()
                .toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Selected candidates' types as the controlling end sees them, and how often; by name. */
    Map<String, Integer> types() {
        Map<String, Integer> types = new TreeMap<>();
        attempts.stream().filter(Attempt::succeeded).forEach(attempt -> types.merge(attempt.types(), 1, Integer::sum));
        return types;
    }

    /** Why tries failed, each reason once. */
    List<String> reasons() {
        return attempts.stream()
                .filter(attempt -> !attempt.succeeded())
                .map(Attempt::reason)
                .distinct()
                .toList();
    }
}
