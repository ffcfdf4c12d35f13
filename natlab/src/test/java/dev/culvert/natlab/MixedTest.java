package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.culvert.natlab.LabPeer.Connected;
import dev.culvert.natlab.MatrixPlan.Pair;
import dev.culvert.natlab.MixedReport.Connection;
import dev.culvert.transport.Tier;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MixedTest {
    private static Connection ended(Tier tier) {
        Connected end = new Connected("host", "host", Duration.ofMillis(5), tier);
        return new Connection(new Pair(NatKind.PORT, NatKind.SYM), Attempt.connected(end, end));
    }

    @Test
    void shouldHaveSharesOfAHundred() {
        assertEquals(
                100,
                Arrays.stream(HomeNetwork.values())
                        .mapToInt(HomeNetwork::percent)
                        .sum());
    }

    @Test
    void shouldDrawTheSameForTheSameSeed() {
        assertEquals(Mixed.draw(50, 7), Mixed.draw(50, 7));
        assertNotEquals(Mixed.draw(50, 7), Mixed.draw(50, 8));
    }

    @Test
    void shouldDrawEachKindAboutAsOftenAsItsShare() {
        List<Pair> pairs = Mixed.draw(10_000, 1);

        for (HomeNetwork network : HomeNetwork.values()) {
            long count =
                    pairs.stream().filter(pair -> pair.a() == network.kind()).count();
            assertEquals(network.percent(), count / 100.0, 1.5, network.name());
        }
    }

    @Test
    void shouldCountTiersAndFailures() {
        List<Connection> connections = List.of(
                ended(Tier.DIRECT),
                ended(Tier.ICE),
                ended(Tier.ICE),
                new Connection(new Pair(NatKind.SYM, NatKind.SYM), Attempt.failed("no path")));
        MixedReport report = new MixedReport(3, connections);

        assertFalse(report.isGood());
        assertTrue(report.text().lines().anyMatch(line -> line.matches(" *ICE +2 +50\\.0 %")), report.text());
        assertTrue(report.text().contains("sym-sym: no path"), report.text());
        JsonObject json = JsonParser.parseString(report.json()).getAsJsonObject();
        assertEquals(2, json.getAsJsonObject("tiers").get("ICE").getAsInt());
        assertEquals(0, json.getAsJsonObject("tiers").get("RELAY").getAsInt());
        assertEquals(1, json.get("failed").getAsInt());
        assertEquals(4, json.getAsJsonArray("connections").size());
    }
}
