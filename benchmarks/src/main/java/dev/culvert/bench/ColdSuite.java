package dev.culvert.bench;

import com.google.gson.JsonObject;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The first connection in a JVM just started, beside plain ice4j's, JVM by JVM. Taken twice: from starting the process,
 * as a user sees it, and from main, which leaves out what any Java program costs. Both sides of the connection are in
 * the one JVM. Culvert's has the class path of an app that uses Culvert: without kotlin-reflect, which plain ice4j needs.
 * Plain ice4j is as it comes: it seeks Amazon's network first. Without that it is shown, too, but has no limit.
 */
final class ColdSuite implements Suite {
    private static final String PLAIN = "plain ice4j";
    private static final String WITHOUT_AWS = "ice4j not seeking AWS";
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** What plain ice4j needs on its class path and Culvert does not. */
    private static final Pattern ONLY_PLAIN = Pattern.compile(".*kotlin-reflect[^/\\\\]*\\.jar");

    private record Variant(String kind, InetAddress address, String classPath, boolean aws, Times times) {
        void start(int run) throws IOException, InterruptedException {
            try (ChildJvm child = ChildJvm.start(
                    ColdProbe.class,
                    classPath,
                    PlainIce4jPair.options(address, aws),
                    List.of(kind, address.getHostAddress()))) {
                JsonObject report = child.next(TIMEOUT);
                times.fromStart()[run] = report.get("sinceStartMillis").getAsDouble();
                times.fromMain()[run] = report.get("sinceMainMillis").getAsDouble();
            }
        }
    }

    private record Times(double[] fromStart, double[] fromMain) {
        Times(int runs) {
            this(new double[runs], new double[runs]);
        }
    }

    @Override
    public String name() {
        return "cold";
    }

    @Override
    public List<Row> run(Plan plan) throws Exception {
        InetAddress address = Addresses.forBoth();
        String all = System.getProperty("java.class.path");
        Variant ours = variant(ColdProbe.CULVERT, address, culvertsOnly(all), false, plan);
        Variant plain = variant(ColdProbe.PLAIN, address, all, true, plan);
        Variant withoutAws = variant(ColdProbe.PLAIN, address, all, false, plan);
        Variant beside = variant(ColdProbe.CULVERT, address, all, false, plan);
        List<Variant> variants = plan.coldVariants() ? List.of(ours, plain, withoutAws, beside) : List.of(ours, plain);
        for (int run = 0; run < plan.coldRuns(); run++) {
            for (int turn = 0; turn < variants.size(); turn++) {
                variants.get((turn + run) % variants.size()).start(run);
            }
        }
        Times times = ours.times();
        List<Row> rows = new ArrayList<>();
        rows.add(row("from JVM start", times.fromStart(), PLAIN, plain.times().fromStart(), true));
        rows.add(row("from main", times.fromMain(), PLAIN, plain.times().fromMain(), true));
        if (plan.coldVariants()) {
            rows.add(row(
                    "from main",
                    times.fromMain(),
                    WITHOUT_AWS,
                    withoutAws.times().fromMain(),
                    false));
            rows.add(row(
                    "from main with kotlin-reflect there",
                    beside.times().fromMain(),
                    WITHOUT_AWS,
                    withoutAws.times().fromMain(),
                    false));
        }
        return rows;
    }

    private static Variant variant(String kind, InetAddress address, String classPath, boolean aws, Plan plan) {
        return new Variant(kind, address, classPath, aws, new Times(plan.coldRuns()));
    }

    /** The class path of an app that has Culvert and not plain ice4j. */
    static String culvertsOnly(String classPath) {
        return Stream.of(classPath.split(Pattern.quote(File.pathSeparator), -1))
                .filter(entry -> !ONLY_PLAIN.matcher(entry).matches())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Row row(String name, double[] ours, String baselineName, double[] baseline, boolean limited) {
        return Row.compare(
                "first connection " + name,
                "ms",
                ours,
                baselineName,
                baseline,
                limited ? Limit.ratioAtMost(0.5) : null);
    }
}
