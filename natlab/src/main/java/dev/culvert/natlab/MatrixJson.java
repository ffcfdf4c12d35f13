package dev.culvert.natlab;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/** What a run of the matrix found, as JSON: the plan, and each cell with all its tries. */
final class MatrixJson {
    private MatrixJson() {}

    static String of(MatrixPlan plan, List<Cell> cells) {
        JsonObject root = new JsonObject();
        root.addProperty("servers", plan.access().word());
        root.addProperty("good", new MatrixReport(plan, cells).isGood());
        JsonArray array = new JsonArray();
        cells.forEach(cell -> array.add(cell(cell)));
        root.add("cells", array);
        return new GsonBuilder().setPrettyPrinting().create().toJson(root) + "\n";
    }

    private static JsonObject cell(Cell cell) {
        JsonObject object = new JsonObject();
        object.addProperty("peer", cell.peer().word());
        object.addProperty("a", cell.pair().a().word());
        object.addProperty("b", cell.pair().b().word());
        object.addProperty("rttMillis", cell.line().rttMillis());
        object.addProperty("lossPercent", cell.line().lossPercent());
        object.addProperty("required", cell.required());
        object.addProperty("tries", cell.tries());
        object.addProperty("connected", cell.successes());
        if (cell.successes() > 0) {
            object.addProperty("medianMillisA", rounded(cell.medianAtA()));
            object.addProperty("medianMillisB", rounded(cell.medianAtB()));
            object.addProperty("medianMillisSlower", rounded(cell.medianOfSlower()));
        }
        JsonArray attempts = new JsonArray();
        cell.attempts().forEach(attempt -> attempts.add(attempt(attempt)));
        object.add("attempts", attempts);
        return object;
    }

    static JsonObject attempt(Attempt attempt) {
        JsonObject object = new JsonObject();
        if (attempt.succeeded()) {
            object.addProperty("millisA", rounded(attempt.millisAtA()));
            object.addProperty("millisB", rounded(attempt.millisAtB()));
            object.addProperty("selectedAtA", attempt.types());
            object.addProperty("tier", attempt.tier().name());
        } else {
            object.addProperty("failed", attempt.reason());
        }
        return object;
    }

    private static double rounded(double millis) {
        return Math.round(millis * 100) / 100.0;
    }
}
