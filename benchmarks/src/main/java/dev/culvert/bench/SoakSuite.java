package dev.culvert.bench;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.List;

/** Messages at an even pace over a long time: none lost, memory flat, little processor time. */
final class SoakSuite implements Suite {
    private static final double KIB = 1_024;
    private static final Duration MARGIN = Duration.ofMinutes(2);

    /** With its heap touched from the start, what the process grows by is native memory. */
    private static final List<String> OPTIONS =
            List.of("-XX:+UseSerialGC", "-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch");

    @Override
    public String name() {
        return "soak";
    }

    @Override
    public List<Row> run(Plan plan) throws Exception {
        Footprint.requireProc();
        JsonObject report = ChildJvm.ask(
                SoakProbe.class,
                OPTIONS,
                List.of(
                        Integer.toString(plan.soakMessages()),
                        Long.toString(plan.soak().toMillis())),
                plan.soak().plus(MARGIN));
        String run = plan.soakMessages() + " messages each way over "
                + Math.round(report.get("seconds").getAsDouble()) + " s";
        return List.of(
                Row.of(run + ", lost", "messages", figure(report, "lost"), Limit.mustBeAtMost(0)),
                Row.of("out of order or altered", "messages", figure(report, "wrong"), Limit.mustBeAtMost(0)),
                Row.of("heap growth over the run", "KiB", figure(report, "heapGrowth") / KIB, Limit.atMost(512)),
                Row.of("RSS growth over the run", "KiB", figure(report, "rssGrowth") / KIB, Limit.atMost(4_096)),
                Row.of("processor", "% of a core", 100 * figure(report, "cpuShare"), Limit.atMost(5)));
    }

    private static double figure(JsonObject report, String name) {
        return report.get(name).getAsDouble();
    }
}
