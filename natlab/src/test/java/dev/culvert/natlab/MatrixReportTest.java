package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.culvert.natlab.LabPeer.Connected;
import dev.culvert.natlab.MatrixPlan.Access;
import dev.culvert.natlab.MatrixPlan.Line;
import dev.culvert.natlab.MatrixPlan.Pair;
import dev.culvert.transport.Tier;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class MatrixReportTest {
    private static final Line LINE = new Line(0, 0);
    private static final Pair PAIR = new Pair(NatKind.NONE, NatKind.PORT);

    private static MatrixPlan plan(PeerKind... peers) {
        return new MatrixPlan(List.of(NatKind.NONE), List.of(peers), List.of(0), List.of(0), Access.STUN, 3, 20);
    }

    private static Attempt connected(long millisAtA, long millisAtB) {
        return Attempt.connected(
                new Connected("host", "srflx", Duration.ofMillis(millisAtA), Tier.ICE),
                new Connected("host", "host", Duration.ofMillis(millisAtB), Tier.DIRECT));
    }

    private static Cell cell(PeerKind peer, Attempt... attempts) {
        Pair pair = new Pair(NatKind.NONE, NatKind.NONE);
        return new Cell(peer, LINE, pair, true, List.of(attempts));
    }

    @Test
    void shouldTakeTheMedianAtEachEndOfWhatConnected() {
        Cell cell =
                cell(PeerKind.CULVERT, connected(10, 90), connected(30, 20), Attempt.failed("lost"), connected(50, 40));

        assertEquals(30, cell.medianAtA());
        assertEquals(40, cell.medianAtB());
        assertEquals(50, cell.medianOfSlower(), "of 90, 30 and 50");
        assertEquals(
                25, cell(PeerKind.CULVERT, connected(20, 1), connected(30, 1)).medianAtA());
        assertTrue(Double.isNaN(cell(PeerKind.CULVERT, Attempt.failed("lost")).medianAtA()));
    }

    @Test
    void shouldBeBadOnlyIfOursDidNotConnectWhereItMust() {
        Attempt lost = Attempt.failed("lost");
        Cell hopeless = new Cell(PeerKind.CULVERT, LINE, PAIR, false, List.of(lost));

        assertFalse(new MatrixReport(plan(), List.of(cell(PeerKind.CULVERT, connected(1, 1), lost))).isGood());
        assertTrue(new MatrixReport(plan(), List.of(cell(PeerKind.LIBNICE, lost), hopeless)).isGood());
        assertTrue(new MatrixReport(plan(), List.of(cell(PeerKind.CULVERT, connected(1, 1)))).isGood());
    }

    @Test
    void shouldCompareWithTheBetterRivalByTheSlowerEnd() {
        MatrixPlan plan = plan(PeerKind.CULVERT, PeerKind.LIBNICE, PeerKind.ICE4J);
        MatrixReport report = new MatrixReport(
                plan,
                List.of(
                        cell(PeerKind.CULVERT, connected(5, 20)),
                        cell(PeerKind.LIBNICE, connected(40, 10)),
                        cell(PeerKind.ICE4J, connected(45, 44))));

        assertEquals(OptionalDouble.of(40), report.bestRival(LINE, plan.pairs().get(0)));
        assertTrue(report.text().lines().anyMatch(line -> line.matches(" *none-none +20 +40 +0\\.50")), report.text());
    }

    @Test
    void shouldNotCompareWithARivalThatFailedSometimes() {
        MatrixPlan plan = plan(PeerKind.CULVERT, PeerKind.ICE4J);
        MatrixReport report = new MatrixReport(
                plan,
                List.of(
                        cell(PeerKind.CULVERT, connected(5, 20)),
                        cell(PeerKind.ICE4J, connected(1, 1), Attempt.failed("lost"))));

        assertEquals(OptionalDouble.empty(), report.bestRival(LINE, plan.pairs().get(0)));
    }

    @Test
    void shouldShowSuccessesMediansTypesAndWhatIsBroken() {
        MatrixReport report = new MatrixReport(
                plan(PeerKind.CULVERT),
                List.of(cell(PeerKind.CULVERT, connected(12, 34), connected(14, 36), Attempt.failed("nobody there"))));

        String text = report.text();

        assertTrue(text.lines().anyMatch(line -> line.matches(" *none-none +2/3 ! +13 +35 +host>srflx")), text);
        assertTrue(text.contains("had to connect, but [nobody there]"), text);
    }

    @Test
    void shouldWriteEveryTryAsJson() {
        MatrixPlan plan = plan(PeerKind.CULVERT);
        List<Cell> cells = List.of(cell(PeerKind.CULVERT, connected(12, 34), Attempt.failed("say \"why\"")));

        JsonObject root = JsonParser.parseString(MatrixJson.of(plan, cells)).getAsJsonObject();

        assertEquals("stun", root.get("servers").getAsString());
        assertFalse(root.get("good").getAsBoolean());
        JsonObject cell = root.getAsJsonArray("cells").get(0).getAsJsonObject();
        assertEquals(2, cell.get("tries").getAsInt());
        assertEquals(1, cell.get("connected").getAsInt());
        assertEquals(34, cell.get("medianMillisSlower").getAsDouble());
        JsonObject first = cell.getAsJsonArray("attempts").get(0).getAsJsonObject();
        assertEquals("host>srflx", first.get("selectedAtA").getAsString());
        assertEquals("ICE", first.get("tier").getAsString(), "the less direct of what the ends think");
        JsonObject second = cell.getAsJsonArray("attempts").get(1).getAsJsonObject();
        assertEquals("say \"why\"", second.get("failed").getAsString());
    }
}
