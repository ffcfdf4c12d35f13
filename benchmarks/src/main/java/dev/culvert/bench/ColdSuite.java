package dev.culvert.bench;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The first connection in a JVM just started, beside plain ice4j's, JVM by JVM. Taken twice: from starting the process,
 * as a user sees it, and from main, which leaves out what any Java program costs. Both sides of the connection are in
 * the one JVM.
 */
final class ColdSuite implements Suite {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

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
        int runs = plan.coldRuns();
        Times ours = new Times(runs);
        Times plain = new Times(runs);
        Times withAws = new Times(runs);
        for (int i = 0; i < runs; i++) {
            if (i % 2 == 0) {
                start(ColdProbe.CULVERT, address, false, ours, i);
                start(ColdProbe.PLAIN, address, false, plain, i);
            } else {
                start(ColdProbe.PLAIN, address, false, plain, i);
                start(ColdProbe.CULVERT, address, false, ours, i);
            }
            if (plan.withAws()) {
                start(ColdProbe.PLAIN, address, true, withAws, i);
            }
        }
        List<Row> rows = new ArrayList<>();
        rows.add(row("first connection from JVM start", ours.fromStart(), "plain ice4j", plain.fromStart(), true));
        rows.add(row("first connection from main", ours.fromMain(), "plain ice4j", plain.fromMain(), true));
        if (plan.withAws()) {
            rows.add(row("the same", ours.fromMain(), "ice4j seeking AWS", withAws.fromMain(), false));
        }
        return rows;
    }

    private static Row row(String name, double[] ours, String baselineName, double[] baseline, boolean limited) {
        return Row.compare(name, "ms", ours, baselineName, baseline, limited ? Limit.ratioAtMost(0.5) : null);
    }

    private static void start(String kind, InetAddress address, boolean aws, Times times, int index)
            throws IOException, InterruptedException {
        JsonObject report = ChildJvm.ask(
                ColdProbe.class,
                PlainIce4jPair.options(address, aws),
                List.of(kind, address.getHostAddress()),
                TIMEOUT);
        times.fromStart()[index] = report.get("sinceStartMillis").getAsDouble();
        times.fromMain()[index] = report.get("sinceMainMillis").getAsDouble();
    }
}
