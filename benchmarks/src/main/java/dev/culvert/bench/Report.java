package dev.culvert.bench;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a run has found, as a table and as JSON. Not thread-safe. */
final class Report {
    private static final String FORMAT = "%-46s %10s %10s %-20s %8s %10s  %s%n";

    private record Entry(String suite, Row row) {}

    private record Failure(String suite, String message) {}

    private final Instant started = Instant.now();
    private final List<Entry> entries = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();
    private final List<Failure> skipped = new ArrayList<>();

    void add(String suite, List<Row> rows) {
        rows.forEach(row -> entries.add(new Entry(suite, row)));
    }

    /** A suite that broke off. */
    void addFailure(String suite, String message) {
        failures.add(new Failure(suite, message));
    }

    /** A suite that this machine can not run. */
    void addSkipped(String suite, String message) {
        skipped.add(new Failure(suite, message));
    }

    /** Whether a suite broke off, data was lost or a connection failed. */
    boolean hasErrors() {
        return !failures.isEmpty()
                || entries.stream().anyMatch(entry -> entry.row().isError());
    }

    /** Whether a figure is beyond its limit. */
    boolean hasMisses() {
        return entries.stream().anyMatch(entry -> entry.row().verdict() == Row.Verdict.MISSED);
    }

    void print(PrintStream out) {
        out.printf(Locale.ROOT, FORMAT, "", "ours", "baseline", "", "ratio", "limit", "");
        String suite = "";
        for (Entry entry : entries) {
            if (!entry.suite().equals(suite)) {
                suite = entry.suite();
                out.println(suite);
            }
            Row row = entry.row();
            if (row.skipped() != null) {
                out.println("  " + row.name() + " skipped: " + row.skipped());
                continue;
            }
            out.printf(
                    Locale.ROOT,
                    FORMAT,
                    "  " + row.name() + ", " + row.unit(),
                    number(row.ours()),
                    number(row.baseline()),
                    row.baselineName() == null ? "" : row.baselineName(),
                    number(row.ratio()),
                    row.limit() == null ? "" : row.limit(),
                    mark(row));
        }
        skipped.forEach(skip -> out.println(skip.suite() + " skipped: " + skip.message()));
        failures.forEach(failure -> out.println(failure.suite() + " FAILED: " + failure.message()));
    }

    private static String mark(Row row) {
        return switch (row.verdict()) {
            case OK -> "ok";
            case MISSED -> row.isError() ? "WRONG" : "not";
            case NONE -> "";
        };
    }

    /** Three digits or so: more would pretend a precision that such measurements do not have. */
    static String number(@Nullable Double value) {
        if (value == null) {
            return "";
        }
        double size = Math.abs(value);
        if (value == Math.rint(value) && size < 1e7) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        String format = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }

    void writeJson(Path file) throws IOException {
        Files.writeString(file, new GsonBuilder().setPrettyPrinting().create().toJson(json()) + "\n");
    }

    private JsonObject json() {
        JsonObject root = new JsonObject();
        root.addProperty("started", started.toString());
        root.addProperty("java", System.getProperty("java.version"));
        root.addProperty("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        root.addProperty("arch", System.getProperty("os.arch"));
        root.addProperty("processors", Runtime.getRuntime().availableProcessors());
        JsonArray rows = new JsonArray();
        entries.stream().filter(entry -> entry.row().skipped() == null).forEach(entry -> rows.add(json(entry)));
        root.add("rows", rows);
        root.add("failures", json(failures));
        List<Failure> all = new ArrayList<>(skipped);
        entries.stream()
                .filter(entry -> entry.row().skipped() != null)
                .forEach(entry -> all.add(new Failure(
                        entry.suite(), entry.row().name() + ": " + entry.row().skipped())));
        root.add("skipped", json(all));
        return root;
    }

    private static JsonArray json(List<Failure> failures) {
        JsonArray array = new JsonArray();
        for (Failure failure : failures) {
            JsonObject object = new JsonObject();
            object.addProperty("suite", failure.suite());
            object.addProperty("message", failure.message());
            array.add(object);
        }
        return array;
    }

    private static JsonObject json(Entry entry) {
        Row row = entry.row();
        JsonObject object = new JsonObject();
        object.addProperty("suite", entry.suite());
        object.addProperty("name", row.name());
        object.addProperty("unit", row.unit());
        object.addProperty("ours", row.ours());
        object.addProperty("baselineName", row.baselineName());
        object.addProperty("baseline", row.baseline());
        object.addProperty("ratio", row.ratio());
        Limit limit = row.limit();
        object.addProperty("limit", limit == null ? null : limit.toString());
        object.addProperty("ok", limit == null ? null : row.verdict() == Row.Verdict.OK);
        return object;
    }
}
