package dev.culvert.natlab;

import dev.culvert.natlab.MatrixPlan.Line;
import dev.culvert.natlab.MatrixPlan.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** What a run of the matrix found, as text. */
final class MatrixReport {
    private final MatrixPlan plan;
    private final List<Cell> cells;

    MatrixReport(MatrixPlan plan, List<Cell> cells) {
        this.plan = plan;
        this.cells = List.copyOf(cells);
    }

    /** Whether all of ours that had to connect did. */
    boolean isGood() {
        return cells.stream().noneMatch(Cell::isBroken);
    }

    /** A table for each line and kind of peer, one of ratios for each line where there are rivals, and what failed. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (Line line : plan.lines()) {
            for (PeerKind peer : plan.peers()) {
                text.append(title(peer.word(), line)).append(matrix(peer, line));
            }
            if (hasRivals()) {
                text.append(title("ours / better rival's", line)).append(ratios(line));
            }
        }
        return text + failures();
    }

    private boolean hasRivals() {
        return plan.peers().contains(PeerKind.CULVERT) && plan.peers().size() > 1;
    }

    private String title(String what, Line line) {
        return String.format(
                Locale.ROOT,
                "%n%s, %s, round trip %d ms, loss %d %%%n",
                what,
                plan.access().word(),
                line.rttMillis(),
                line.lossPercent());
    }

    private String matrix(PeerKind peer, Line line) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("pair", "connected", "ms A", "ms B", "selected at A"));
        for (Pair pair : plan.pairs()) {
            Cell cell = cell(peer, line, pair);
            rows.add(List.of(
                    pair.toString(),
                    cell.successes() + "/" + cell.tries() + (cell.isBroken() ? " !" : ""),
                    millis(cell.medianAtA()),
                    millis(cell.medianAtB()),
                    types(cell.types())));
        }
        return table(rows);
    }

    private String ratios(Line line) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("pair", "ms ours", "ms rival", "ratio"));
        for (Pair pair : plan.pairs()) {
            OptionalDouble rival = bestRival(line, pair);
            double ours = cell(PeerKind.CULVERT, line, pair).medianOfSlower();
            if (rival.isPresent() && !Double.isNaN(ours)) {
                String ratio = String.format(Locale.ROOT, "%.2f", ours / rival.getAsDouble());
                rows.add(List.of(pair.toString(), millis(ours), millis(rival.getAsDouble()), ratio));
            }
        }
        return table(rows);
    }

    /** The slower end's median milliseconds, at the rival where they are least; empty if none connected every time. */
    OptionalDouble bestRival(Line line, Pair pair) {
        return plan.peers().stream()
                .filter(peer -> peer != PeerKind.CULVERT)
                .map(peer -> cell(peer, line, pair))
                .filter(cell -> cell.successes() == cell.tries())
                .mapToDouble(Cell::medianOfSlower)
                .min();
    }

    private String failures() {
        StringBuilder text = new StringBuilder();
        for (Cell cell : cells) {
            if (cell.isBroken()) {
                text.append(String.format(
                        Locale.ROOT,
                        "%n%s, %d ms, %d %%: had to connect, but %s",
                        cell.pair(),
                        cell.line().rttMillis(),
                        cell.line().lossPercent(),
                        cell.reasons()));
            }
        }
        return text.isEmpty() ? "" : text + System.lineSeparator();
    }

    private Cell cell(PeerKind peer, Line line, Pair pair) {
        return cells.stream()
                .filter(cell -> cell.peer() == peer
                        && cell.line().equals(line)
                        && cell.pair().equals(pair))
                .findFirst()
                .orElseThrow();
    }

    private static String millis(double millis) {
        return Double.isNaN(millis) ? "-" : String.format(Locale.ROOT, "%.0f", millis);
    }

    private static String types(Map<String, Integer> types) {
        if (types.size() == 1) {
            return types.keySet().iterator().next();
        }
        List<String> counted = new ArrayList<>();
        types.forEach((type, count) -> counted.add(count + " " + type));
        return String.join(", ", counted);
    }

    /** Columns as wide as they must be; all but the first and the last are numbers, at the right. */
    static String table(List<List<String>> rows) {
        StringBuilder text = new StringBuilder();
        int columns = rows.get(0).size();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                int column = i;
                int width = rows.stream()
                        .mapToInt(each -> each.get(column).length())
                        .max()
                        .orElse(1);
                String format = i == 0 || i == columns - 1 ? "%-" + Math.max(width, 1) + "s" : "%" + width + "s";
                line.append("  ").append(String.format(Locale.ROOT, format, row.get(i)));
            }
            text.append(line.toString().stripTrailing()).append(System.lineSeparator());
        }
        return text.toString();
    }
}
