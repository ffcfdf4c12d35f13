package dev.culvert.bench;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.RunnerException;

/** ReceiveQueue beside the JDK's queue and a synchronized ring. */
final class QueueSuite implements Suite {
    private static final String RING = "synchronized ring";
    private static final String JDK = "ArrayBlockingQueue";
    private static final List<String> KINDS = List.of("ReceiveQueue", JDK, RING);

    @Override
    public String name() {
        return "queue";
    }

    @Override
    public List<Row> run(Plan plan) throws RunnerException {
        List<Row> rows = new ArrayList<>();
        for (int payload : List.of(64, 1_200)) {
            List<JmhRounds.Figures> figures = new JmhRounds(plan).run(QueueBenchmark.class, payload, KINDS);
            String what = "offer+take " + payload + " B";
            rows.add(throughput(what, figures, 1, JDK, Limit.ratioAtLeast(1)));
            rows.add(throughput(what, figures, 2, RING, null));
            rows.add(allocation(what, figures, Limit.atMost(8)));
        }
        for (int payload : List.of(64, 1_200)) {
            List<JmhRounds.Figures> figures = new JmhRounds(plan).run(BlockedTakeBenchmark.class, payload, KINDS);
            String what = "blocked take " + payload + " B";
            rows.add(throughput(what, figures, 1, JDK, null));
            rows.add(throughput(what, figures, 2, RING, null));
            rows.add(allocation(what, figures, Limit.atMost(64)));
        }
        return rows;
    }

    private static Row throughput(
            String what, List<JmhRounds.Figures> figures, int other, String name, @Nullable Limit limit) {
        return Row.compare(
                what, "1/ms", figures.get(0).score(), name, figures.get(other).score(), limit);
    }

    private static Row allocation(String what, List<JmhRounds.Figures> figures, Limit limit) {
        return Row.compare(
                what,
                "allocated B",
                Samples.median(figures.get(0).bytesPerOperation()),
                JDK,
                Samples.median(figures.get(1).bytesPerOperation()),
                limit);
    }
}
