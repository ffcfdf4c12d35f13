package dev.culvert.bench;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connecting and whole cycles on one machine, beside plain ice4j's: each kind in a JVM of its own, all alive at once and
 * asked for one cycle in turn, beginning with another each time. So neither sees the other's settings or threads, and
 * what slows the machine slows all. A cycle that fails is counted and made again.
 */
final class ConnectSuite implements Suite {
    private static final String BASELINE = "plain ice4j";
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** More failures than this share of the cycles are no accident. */
    private static final double MOST_FAILURES = 0.1;

    @Override
    public String name() {
        return "connect";
    }

    private static final class Kind implements AutoCloseable {
        private final ChildJvm child;
        private final int most;
        private final List<PeerPair.Cycle> cycles = new ArrayList<>();
        private int failures;

        Kind(String name, InetAddress address, int most) throws IOException {
            this.most = most;
            child = ChildJvm.start(
                    ConnectProbe.class,
                    PlainIce4jPair.options(address, false),
                    List.of(name, address.getHostAddress()));
        }

        void cycle(boolean counts) throws InterruptedException {
            PeerPair.Cycle cycle = tryCycle();
            while (cycle == null) {
                failures++;
                if (failures > Math.max(1, MOST_FAILURES * most)) {
                    throw new IllegalStateException(failures + " cycles failed");
                }
                cycle = tryCycle();
            }
            if (counts) {
                cycles.add(cycle);
            }
        }

        private PeerPair.@Nullable Cycle tryCycle() throws InterruptedException {
            child.send("cycle");
            JsonObject report = child.next(TIMEOUT);
            if (report.has("failure")) {
                System.err.println(report);
                return null;
            }
            return new PeerPair.Cycle(
                    report.get("connectMillis").getAsDouble(),
                    report.get("cycleMillis").getAsDouble());
        }

        double connect(double percent) {
            return Samples.percentile(
                    cycles.stream().mapToDouble(PeerPair.Cycle::connectMillis).toArray(), percent);
        }

        double cycle() {
            return Samples.median(
                    cycles.stream().mapToDouble(PeerPair.Cycle::cycleMillis).toArray());
        }

        @Override
        public void close() {
            child.close();
        }
    }

    @Override
    public List<Row> run(Plan plan) throws Exception {
        InetAddress address = Addresses.forBoth();
        try (Kind shared = new Kind(ConnectProbe.SHARED, address, plan.cycles());
                Kind own = new Kind(ConnectProbe.PRIVATE, address, plan.cycles());
                Kind plain = new Kind(ConnectProbe.PLAIN, address, plan.cycles())) {
            List<Kind> kinds = List.of(shared, own, plain);
            for (int i = 0; i < plan.warmCycles() + plan.cycles(); i++) {
                for (int turn = 0; turn < kinds.size(); turn++) {
                    kinds.get((turn + i) % kinds.size()).cycle(i >= plan.warmCycles());
                }
            }
            List<Row> rows = new ArrayList<>(rows("", shared, plain));
            rows.addAll(rows(", own endpoint", own, plain));
            rows.add(Row.of("failed", "cycles", shared.failures + own.failures, Limit.mustBeAtMost(0)));
            rows.add(Row.of("failed, of plain ice4j", "cycles", plain.failures, null));
            return rows;
        }
    }

    private static List<Row> rows(String of, Kind ours, Kind plain) {
        return List.of(
                row("connect median" + of, ours.connect(50), plain.connect(50), 0.2),
                row("connect p99" + of, ours.connect(99), plain.connect(99), 0.5),
                row("cycle median" + of, ours.cycle(), plain.cycle(), 0.25));
    }

    private static Row row(String name, double ours, double plain, double limit) {
        return Row.compare(name, "ms", ours, BASELINE, plain, Limit.ratioAtMost(limit));
    }
}
