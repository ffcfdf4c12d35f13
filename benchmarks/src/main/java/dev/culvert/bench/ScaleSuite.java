package dev.culvert.bench;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What many contexts on one endpoint cost, and what a storm of connects does to another pair's data, beside the same
 * with STUN handled on the I/O thread.
 */
final class ScaleSuite implements Suite {
    private static final double KIB = 1_024;
    private static final int IN_FLIGHT = 100;

    /** The memory of fewer contexts is less than what a JVM's own varies by: it is told, but has no limit. */
    private static final int ENOUGH = 1_000;

    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    /**
     * The heap gives back what it does not need, so that resident memory follows what is held; the young generation is
     * of a fixed size.
     */
    static final List<String> OPTIONS =
            List.of("-XX:+UseSerialGC", "-Xmx512m", "-Xmn16m", "-XX:MinHeapFreeRatio=5", "-XX:MaxHeapFreeRatio=10");

    @Override
    public String name() {
        return "scale";
    }

    @Override
    public List<Row> run(Plan plan) throws Exception {
        Footprint.requireProc();
        List<Row> rows = new ArrayList<>();
        int most = plan.contexts().get(plan.contexts().size() - 1);
        for (int contexts : plan.contexts()) {
            JsonObject report = probe(contexts, plan.idle(), false);
            rows.addAll(footprint(contexts, report, contexts >= ENOUGH));
        }
        rows.addAll(storms(most, plan.storms()));
        return rows;
    }

    private static JsonObject probe(int contexts, Duration idle, boolean stunOnIoThread)
            throws IOException, InterruptedException {
        return ChildJvm.ask(
                ScaleProbe.class,
                OPTIONS,
                List.of(
                        Integer.toString(contexts),
                        Integer.toString(IN_FLIGHT),
                        Long.toString(idle.toMillis()),
                        Boolean.toString(stunOnIoThread)),
                TIMEOUT);
    }

    private static List<Row> footprint(int contexts, JsonObject report, boolean limited) {
        String of = contexts + " contexts: ";
        double connected = Math.min(figure(report, "connectedNear"), figure(report, "connectedFar"));
        List<Row> rows = new ArrayList<>();
        rows.add(Row.of(of + "connected", "contexts", connected, Limit.mustBeAtLeast(contexts)));
        rows.add(Row.of(of + "all connected after", "ms", figure(report, "stormMillis"), null));
        rows.add(Row.of(of + "heap each", "KiB", figure(report, "heapEach") / KIB, limited ? Limit.atMost(40) : null));
        rows.add(Row.of(of + "RSS each", "KiB", figure(report, "rssEach") / KIB, limited ? Limit.atMost(60) : null));
        rows.add(Row.of(of + "descriptors", "all", figure(report, "descriptors"), Limit.mustBeAtMost(0)));
        rows.add(Row.of(of + "threads", "all", figure(report, "threads"), Limit.mustBeAtMost(0)));
        rows.add(Row.of(of + "threads of ice4j's pools", "all", figure(report, "poolThreads"), null));
        rows.add(Row.of(of + "idle", "% of a core", 100 * figure(report, "idleCpuShare"), Limit.atMost(10)));
        rows.add(Row.of(of + "all closed after", "ms", figure(report, "closeMillis"), null));
        rows.add(Row.of(of + "all given back after", "ms", figure(report, "backMillis"), Limit.atMost(5_000)));
        rows.add(Row.of(of + "heap not given back, each", "KiB", figure(report, "leftoverEach") / KIB, null));
        rows.add(Row.of(
                of + "messages lost meanwhile", "messages", figure(report, "streamLost"), Limit.mustBeAtMost(0)));
        return rows;
    }

    private static List<Row> storms(int contexts, int storms) throws IOException, InterruptedException {
        double[] ours = new double[storms];
        double[] onIoThread = new double[storms];
        double[] oursMedian = new double[storms];
        double[] onIoThreadMedian = new double[storms];
        int least = contexts;
        for (int i = 0; i < storms; i++) {
            boolean oursFirst = i % 2 == 0;
            JsonObject first = probe(contexts, Duration.ZERO, !oursFirst);
            JsonObject second = probe(contexts, Duration.ZERO, oursFirst);
            JsonObject own = oursFirst ? first : second;
            JsonObject other = oursFirst ? second : first;
            ours[i] = figure(own, "stormP99Millis");
            onIoThread[i] = figure(other, "stormP99Millis");
            oursMedian[i] = figure(own, "stormP50Millis");
            onIoThreadMedian[i] = figure(other, "stormP50Millis");
            least = Math.min(
                    least,
                    Math.min(
                            own.get("connectedNear").getAsInt(),
                            own.get("connectedFar").getAsInt()));
        }
        String baseline = "STUN on I/O thread";
        String data = "data while " + contexts + " connect, ";
        return List.of(
                Row.of("connected in every storm", "contexts", least, Limit.mustBeAtLeast(contexts)),
                Row.compare(data + "p99", "ms", ours, baseline, onIoThread, Limit.ratioAtMost(0.25)),
                Row.compare(data + "p50", "ms", oursMedian, baseline, onIoThreadMedian, null));
    }

    private static double figure(JsonObject report, String name) {
        return report.get(name).getAsDouble();
    }
}
