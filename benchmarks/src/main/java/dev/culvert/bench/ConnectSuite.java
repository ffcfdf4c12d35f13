package dev.culvert.bench;

import com.google.gson.JsonObject;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/** Connecting and whole cycles on one machine, beside plain ice4j's, cycle by cycle. */
final class ConnectSuite implements Suite {
    private static final String PLAIN = "plain ice4j";
    private static final Duration TIMEOUT = Duration.ofMinutes(30);

    @Override
    public String name() {
        return "connect";
    }

    @Override
    public List<Row> run(Plan plan) throws Exception {
        InetAddress address = Addresses.forBoth();
        JsonObject report = ChildJvm.ask(
                ConnectProbe.class,
                PlainIce4jPair.options(address, false),
                List.of(address.getHostAddress(), Integer.toString(plan.warmCycles()), Integer.toString(plan.cycles())),
                TIMEOUT);
        return List.of(
                row(report, ConnectProbe.SHARED, "connect median", "connectMedian", 0.2),
                row(report, ConnectProbe.SHARED, "connect p99", "connectP99", 0.5),
                row(report, ConnectProbe.SHARED, "cycle median", "cycleMedian", 0.25),
                row(report, ConnectProbe.PRIVATE, "connect median, own endpoint", "connectMedian", 0.2),
                row(report, ConnectProbe.PRIVATE, "connect p99, own endpoint", "connectP99", 0.5),
                row(report, ConnectProbe.PRIVATE, "cycle median, own endpoint", "cycleMedian", 0.25));
    }

    private static Row row(JsonObject report, String kind, String name, String figure, double limit) {
        return Row.compare(
                name,
                "ms",
                report.getAsJsonObject(kind).get(figure).getAsDouble(),
                PLAIN,
                report.getAsJsonObject(ConnectProbe.PLAIN).get(figure).getAsDouble(),
                Limit.ratioAtMost(limit));
    }
}
