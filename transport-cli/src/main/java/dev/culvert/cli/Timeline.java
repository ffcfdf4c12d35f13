package dev.culvert.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a demonstration did, when, and whether it was right: lines for people as they happen, one JSON document for
 * programs at the end. One thread.
 */
final class Timeline {
    private record Entry(double seconds, String step, String text, boolean checked, boolean passed) {}

    private final PrintStream out;
    private final boolean json;
    private final long startNanos = System.nanoTime();
    private final List<Entry> entries = new ArrayList<>();
    private final JsonObject figures = new JsonObject();

    /**
     * A timeline that starts now.
     *
     * @param json whether to stay silent until {@link #printJson}
     */
    Timeline(PrintStream out, boolean json) {
        this.out = out;
        this.json = json;
    }

    /** Something happened. */
    void happened(String step, String text) {
        add(new Entry(elapsedSeconds(), step, text, false, true));
    }

    /** Something was checked; a failed check fails the demonstration. */
    void check(String step, String text, boolean passed) {
        add(new Entry(elapsedSeconds(), step, text, true, passed));
    }

    private void add(Entry entry) {
        entries.add(entry);
        if (!json) {
            String mark = entry.checked() ? (entry.passed() ? "ok  " : "FAIL") : "    ";
            out.printf(Locale.ROOT, "%7.2f s  %s  %-9s %s%n", entry.seconds(), mark, entry.step(), entry.text());
            out.flush();
        }
    }

    /** A figure for the JSON document. */
    void figure(String name, Number value) {
        figures.addProperty(name, value);
    }

    /** Whether there were checks and all of them passed. */
    boolean passed() {
        return entries.stream().anyMatch(Entry::checked) && entries.stream().allMatch(Entry::passed);
    }

    private double elapsedSeconds() {
        return Duration.ofNanos(System.nanoTime() - startNanos).toMillis() / 1_000.0;
    }

    /** Prints the verdict for people. */
    void printSummary() {
        long checks = entries.stream().filter(Entry::checked).count();
        long failed = entries.stream().filter(entry -> !entry.passed()).count();
        if (!json) {
            out.printf(
                    Locale.ROOT,
                    "%n%s: %d checks, %d failed, %.1f s%n",
                    passed() ? "PASSED" : "FAILED",
                    checks,
                    failed,
                    elapsedSeconds());
        }
    }

    /** Prints everything as one JSON object. */
    void printJson() {
        JsonObject document = new JsonObject();
        document.addProperty("passed", passed());
        document.addProperty("seconds", elapsedSeconds());
        JsonArray timeline = new JsonArray();
        for (Entry entry : entries) {
            JsonObject line = new JsonObject();
            line.addProperty("seconds", entry.seconds());
            line.addProperty("step", entry.step());
            line.addProperty("text", entry.text());
            if (entry.checked()) {
                line.addProperty("passed", entry.passed());
            }
            timeline.add(line);
        }
        document.add("figures", figures);
        document.add("timeline", timeline);
        out.println(new com.google.gson.GsonBuilder()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .create()
                .toJson(document));
    }
}
