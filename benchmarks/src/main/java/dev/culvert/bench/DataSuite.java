package dev.culvert.bench;

import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/** IceContext in handler mode beside a bare DatagramChannel: throughput one way, and the time there and back. */
final class DataSuite implements Suite {
    private static final String BARE = "DatagramChannel";
    private static final List<String> KINDS = List.of("IceContext", BARE);

    @Override
    public String name() {
        return "data";
    }

    @Override
    public List<Row> run(Plan plan) throws RunnerException {
        List<Row> rows = new ArrayList<>();
        for (int payload : List.of(64, 1_200)) {
            List<JmhRounds.Figures> figures = new JmhRounds(plan).run(OneWayBenchmark.class, payload, KINDS);
            JmhRounds.Figures ours = figures.get(0);
            JmhRounds.Figures bare = figures.get(1);
            String what = "one way " + payload + " B";
            rows.add(Row.compare(what, "1/ms", ours.score(), BARE, bare.score(), Limit.ratioAtLeast(0.95)));
            rows.add(Row.compare(
                    what,
                    "allocated B",
                    Samples.median(ours.bytesPerOperation()),
                    BARE,
                    Samples.median(bare.bytesPerOperation()),
                    Limit.atMost(8)));
        }
        for (int payload : List.of(64, 1_200)) {
            List<JmhRounds.Figures> figures = new JmhRounds(plan).run(PingPongBenchmark.class, payload, KINDS);
            rows.add(Row.compare(
                    "ping-pong p50 " + payload + " B",
                    "us",
                    figures.get(0).p50(),
                    BARE,
                    figures.get(1).p50(),
                    Limit.ratioAtMost(1.3)));
        }
        return rows;
    }
}
