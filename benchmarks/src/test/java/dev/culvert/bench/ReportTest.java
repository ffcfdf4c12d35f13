package dev.culvert.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final Row FAST = Row.compare("fast", "ms", 1, "other", 10, Limit.ratioAtMost(0.2));
    private static final Row SLOW = Row.compare("slow", "ms", 5, "other", 10, Limit.ratioAtMost(0.2));
    private static final Row LOST = Row.of("lost", "messages", 1, Limit.mustBeAtMost(0));

    @TempDir
    Path directory;

    private static Report of(Row... rows) {
        Report report = new Report();
        report.add("suite", List.of(rows));
        return report;
    }

    @Test
    void shouldTellSlowFromWrong() {
        assertFalse(of(FAST).hasMisses());
        assertTrue(of(FAST, SLOW).hasMisses());
        assertFalse(of(FAST, SLOW).hasErrors());
        assertTrue(of(FAST, LOST).hasErrors());
    }

    @Test
    void shouldJudgeByTheRatioOrByOurFigure() {
        assertEquals(
                Row.Verdict.OK,
                Row.compare("", "", 1, "", 1, Limit.ratioAtLeast(1)).verdict());
        assertEquals(
                Row.Verdict.MISSED,
                Row.compare("", "", 0.9, "", 1, Limit.ratioAtLeast(1)).verdict());
        assertEquals(
                Row.Verdict.OK, Row.compare("", "", 8, "", 1, Limit.atMost(8)).verdict());
        assertEquals(
                Row.Verdict.MISSED,
                Row.compare("", "", 8.1, "", 100, Limit.atMost(8)).verdict());
        assertEquals(Row.Verdict.NONE, Row.of("", "", 1, null).verdict());
    }

    @Test
    void shouldGiveNoRatioToNothing() {
        Row row = Row.compare("", "", 1, "", 0, Limit.ratioAtMost(1));
        assertNull(row.ratio());
        assertEquals(Row.Verdict.MISSED, row.verdict());
        assertEquals(
                Row.Verdict.OK, Row.compare("", "", 1, "", 0, Limit.atMost(1)).verdict());
    }

    @Test
    void shouldPrintALineForEachRow() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        of(FAST, SLOW, LOST).print(new PrintStream(out, true, StandardCharsets.UTF_8));

        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(5, lines.size());
        assertTrue(lines.get(2).matches(" +fast, ms +1 +10 +other +0\\.10 +<= 0\\.20 x +ok"), lines.get(2));
        assertTrue(lines.get(3).endsWith("not"), lines.get(3));
        assertTrue(lines.get(4).endsWith("WRONG"), lines.get(4));
    }

    @Test
    void shouldWriteWhatItPrints() throws IOException {
        Path file = directory.resolve("bench.json");
        of(SLOW).writeJson(file);

        JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        JsonObject row = json.getAsJsonArray("rows").get(0).getAsJsonObject();
        assertEquals("slow", row.get("name").getAsString());
        assertEquals(0.5, row.get("ratio").getAsDouble());
        assertFalse(row.get("ok").getAsBoolean());
    }

    @Test
    void shouldTellWhatCouldNotBeMeasured() throws IOException {
        Report report = of(FAST, Row.skipped("over a link", "MB/s", "no root"));
        Path file = directory.resolve("bench.json");
        report.writeJson(file);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        report.print(new PrintStream(out, true, StandardCharsets.UTF_8));

        assertFalse(report.hasErrors());
        assertFalse(report.hasMisses());
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("over a link skipped: no root"));
        JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        assertEquals(1, json.getAsJsonArray("rows").size());
        assertEquals(1, json.getAsJsonArray("skipped").size());
    }

    @Test
    void shouldGoOnAfterASuiteThatFails() {
        Suite broken = new Suite() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public List<Row> run(Plan plan) {
                throw new IllegalStateException("no luck");
            }
        };
        Report report = Bench.run(Map.of("broken", broken), Plan.QUICK);

        assertTrue(report.hasErrors());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        report.print(new PrintStream(out, true, StandardCharsets.UTF_8));
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("no luck"));
    }
}
