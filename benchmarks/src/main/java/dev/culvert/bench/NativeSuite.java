package dev.culvert.bench;

import com.google.gson.JsonObject;
import dev.culvert.udp.NativeCore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The native core: bulk between two processes beside a bare DatagramChannel and a program in C, single datagrams beside the
 * twin in Java, several threads on one channel, and sockets that are opened and closed all the time.
 */
final class NativeSuite implements Suite {
    private static final String TWIN = "the twin in Java";
    private static final Duration MARGIN = Duration.ofMinutes(1);
    private static final List<Integer> PAYLOADS = List.of(64, 1_200);

    @Override
    public String name() {
        return "native";
    }

    @Override
    public List<Row> run(Plan plan) throws Exception {
        if (!NativeCore.isAvailable()) {
            throw new SkippedException(NativeCore.describe());
        }
        List<Row> rows = new ArrayList<>();
        try (Yardstick c = new Yardstick()) {
            boolean crossed = overVeth(plan.udp(), c, rows);
            if (plan.udp().bulkVariants() || !crossed) {
                rows.addAll(overLoopback(plan.udp(), c));
            }
        }
        rows.addAll(singles(plan.udp()));
        rows.addAll(cycles(plan.udp()));
        rows.addAll(random(plan.udp()));
        return rows;
    }

    /** The program in C, or why there is none. */
    private static final class Yardstick implements AutoCloseable {
        private @Nullable GsoProgram program;
        private String lacking = "";

        Yardstick() throws IOException, InterruptedException {
            try {
                program = new GsoProgram();
            } catch (SkippedException e) {
                lacking = String.valueOf(e.getMessage());
            }
        }

        @Override
        public void close() throws IOException {
            if (program != null) {
                program.close();
            }
        }
    }

    // ---- bulk

    private static boolean overVeth(Plan.Udp plan, Yardstick c, List<Row> rows)
            throws IOException, InterruptedException {
        try (VethPair veth = VethPair.open()) {
            rows.addAll(bulk("veth, one processor", new Bulk(veth, true, plan), plan, c, true));
            if (plan.bulkVariants()) {
                rows.addAll(bulk("veth, all processors", new Bulk(veth, false, plan), plan, c, false));
            }
            return true;
        } catch (SkippedException e) {
            rows.add(Row.skipped("bulk 1200 B veth", "MB/s", String.valueOf(e.getMessage())));
            return false;
        }
    }

    private static List<Row> overLoopback(Plan.Udp plan, Yardstick c) throws IOException, InterruptedException {
        try {
            Commands.run("taskset", "--version");
        } catch (IOException e) {
            return List.of(Row.skipped("bulk 1200 B loopback", "MB/s", "wants taskset: " + e.getMessage()));
        }
        return bulk("loopback, one processor", new Bulk(null, true, plan), plan, c, false);
    }

    /** What each kind gave, round by round. */
    private record Rates(double[] megabytes, double[] arrived) {
        Rates(int rounds) {
            this(new double[rounds], new double[rounds]);
        }

        void set(int round, Bulk.Rate rate) {
            megabytes[round] = rate.megabytes();
            arrived[round] = 100 * rate.arrived();
        }
    }

    private static List<Row> bulk(String where, Bulk bulk, Plan.Udp plan, Yardstick c, boolean judged)
            throws IOException, InterruptedException {
        Rates ours = new Rates(plan.rounds());
        Rates bare = new Rates(plan.rounds());
        Rates best = new Rates(plan.rounds());
        GsoProgram program = c.program;
        for (int round = 0; round < plan.rounds(); round++) {
            for (int turn = 0; turn < 3; turn++) {
                switch ((turn + round) % 3) {
                    case 0 -> ours.set(round, bulk.ofJvms(BulkProbe.CONTEXT));
                    case 1 -> bare.set(round, bulk.ofJvms(BulkProbe.CHANNEL));
                    default -> {
                        if (program != null) {
                            best.set(round, bulk.ofProgram(program.path()));
                        }
                    }
                }
            }
        }
        String what = "bulk 1200 B " + where;
        List<Row> rows = new ArrayList<>();
        rows.add(Row.compare(
                what,
                "MB/s",
                ours.megabytes(),
                BulkProbe.CHANNEL,
                bare.megabytes(),
                judged ? Limit.ratioAtLeast(10) : null));
        rows.add(arrived(ours, BulkProbe.CHANNEL, bare));
        if (program == null) {
            rows.add(Row.skipped(what + " beside C", "MB/s", c.lacking));
        } else {
            Limit limit = judged ? Limit.ratioAtLeast(0.5) : null;
            rows.add(Row.compare(what, "MB/s", ours.megabytes(), "C, GSO and GRO", best.megabytes(), limit));
            rows.add(arrived(ours, "C, GSO and GRO", best));
        }
        return rows;
    }

    private static Row arrived(Rates ours, String name, Rates other) {
        return Row.compare("arrived of what was sent", "%", ours.arrived(), name, other.arrived(), null);
    }

    // ---- single datagrams

    /** A measurement that both kinds of JVM make, and what it gave. */
    private record Asked(String command, double[] ours, double[] twin) {
        Asked(String command, Plan.Udp plan) {
            this(
                    command + " " + plan.warmup().toMillis() + " "
                            + plan.window().toMillis(),
                    new double[plan.rounds()],
                    new double[plan.rounds()]);
        }
    }

    private static ChildJvm probe(boolean ours) throws IOException {
        return ChildJvm.start(
                UdpProbe.class, List.of("-Xms128m", "-Xmx128m", "-D" + NativeCore.PROPERTY + "=" + ours), List.of());
    }

    private static double rate(ChildJvm probe, Asked asked) throws InterruptedException {
        probe.send(asked.command());
        return probe.next(MARGIN).get("rate").getAsDouble();
    }

    private static List<Row> singles(Plan.Udp plan) throws IOException, InterruptedException {
        List<Asked> sends = PAYLOADS.stream()
                .map(payload -> new Asked("send " + payload + " 1", plan))
                .toList();
        List<Asked> flows = PAYLOADS.stream()
                .map(payload -> new Asked("receive " + payload, plan))
                .toList();
        Asked shared = new Asked("send 64 2", plan);
        List<Asked> all = new ArrayList<>(sends);
        all.add(shared);
        all.addAll(flows);
        for (int round = 0; round < plan.rounds(); round++) {
            try (ChildJvm ours = probe(true);
                    ChildJvm twin = probe(false)) {
                for (Asked asked : all) {
                    boolean oursFirst = round % 2 == 0;
                    if (oursFirst) {
                        asked.ours()[round] = rate(ours, asked);
                    }
                    asked.twin()[round] = rate(twin, asked);
                    if (!oursFirst) {
                        asked.ours()[round] = rate(ours, asked);
                    }
                }
            }
        }
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < PAYLOADS.size(); i++) {
            rows.add(beside(sends.get(i), "send " + PAYLOADS.get(i) + " B"));
            rows.add(beside(flows.get(i), "one way " + PAYLOADS.get(i) + " B"));
        }
        Asked alone = sends.get(0);
        String one = "one thread";
        rows.add(Row.compare(
                "two threads, one channel", "1/ms", shared.ours(), one, alone.ours(), Limit.ratioAtLeast(1.4)));
        rows.add(Row.compare("two threads, one channel, twin", "1/ms", shared.twin(), one, alone.twin(), null));
        return rows;
    }

    private static Row beside(Asked asked, String what) {
        return Row.compare(what, "1/ms", asked.ours(), TWIN, asked.twin(), Limit.ratioAtLeast(0.95));
    }

    // ---- sockets that come and go

    private static List<Row> cycles(Plan.Udp plan) throws IOException, InterruptedException {
        try (ChildJvm probe = probe(true)) {
            probe.send("open " + plan.cycles());
            JsonObject report = probe.next(MARGIN);
            String what = plan.cycles() + " sockets opened and closed";
            return List.of(
                    Row.of(
                            what + ", left",
                            "fds",
                            Math.abs(report.get("descriptors").getAsDouble()),
                            Limit.mustBeAtMost(0)),
                    Row.of(what, "us each", report.get("micros").getAsDouble(), null));
        }
    }

    private static List<Row> random(Plan.Udp plan) throws IOException, InterruptedException {
        JsonObject report = ChildJvm.ask(
                RandomSockets.class,
                List.of("-Xms128m", "-Xmx128m"),
                List.of(Long.toString(plan.random().toMillis())),
                plan.random().plus(MARGIN));
        String what = "8 threads at random";
        return List.of(
                Row.of(what + ", wrong socket", "datagrams", figure(report, "wrong"), Limit.mustBeAtMost(0)),
                Row.of(what + ", failures", "", figure(report, "failures"), Limit.mustBeAtMost(0)),
                Row.of(what + ", checked", "datagrams", figure(report, "checked"), Limit.mustBeAtLeast(1)),
                Row.of(what + ", opened", "sockets", figure(report, "sockets"), null));
    }

    private static double figure(JsonObject report, String name) {
        return report.get(name).getAsDouble();
    }
}
