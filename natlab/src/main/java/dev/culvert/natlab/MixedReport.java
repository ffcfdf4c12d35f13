package dev.culvert.natlab;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.culvert.natlab.MatrixPlan.Pair;
import dev.culvert.transport.Tier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** In which tier the connections of a mixed run ended, as text and as JSON. */
final class MixedReport {
    /** One connection. */
    record Connection(Pair pair, Attempt attempt) {}

    private final long seed;
    private final List<Connection> connections;

    MixedReport(long seed, List<Connection> connections) {
        this.seed = seed;
        this.connections = List.copyOf(connections);
    }

    private long count(Tier tier) {
        return connections.stream()
                .filter(each -> each.attempt().succeeded() && each.attempt().tier() == tier)
                .count();
    }

    private long failed() {
        return connections.stream().filter(each -> !each.attempt().succeeded()).count();
    }

    /** Whether every connection came about. */
    boolean isGood() {
        return failed() == 0;
    }

    String text() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("tier", "connections", "share"));
        for (Tier tier : Tier.values()) {
            rows.add(row(tier.name(), count(tier)));
        }
        rows.add(row("failed", failed()));
        StringBuilder text =
                new StringBuilder(connections.size() + " connections, seed " + seed + System.lineSeparator());
        text.append(MatrixReport.table(rows));
        for (Connection each : connections) {
            if (!each.attempt().succeeded()) {
                text.append(each.pair())
                        .append(": ")
                        .append(each.attempt().reason())
                        .append(System.lineSeparator());
            }
        }
        return text.toString();
    }

    private List<String> row(String name, long count) {
        return List.of(
                name,
                String.valueOf(count),
                String.format(Locale.ROOT, "%.1f %%", 100.0 * count / Math.max(1, connections.size())));
    }

    String json() {
        JsonObject root = new JsonObject();
        root.addProperty("seed", seed);
        JsonObject tiers = new JsonObject();
        for (Tier tier : Tier.values()) {
            tiers.addProperty(tier.name(), count(tier));
        }
        root.add("tiers", tiers);
        root.addProperty("failed", failed());
        JsonArray array = new JsonArray();
        for (Connection each : connections) {
            JsonObject object = MatrixJson.attempt(each.attempt());
            object.addProperty("a", each.pair().a().word());
            object.addProperty("b", each.pair().b().word());
            array.add(object);
        }
        root.add("connections", array);
        return new GsonBuilder().setPrettyPrinting().create().toJson(root) + "\n";
    }
}
