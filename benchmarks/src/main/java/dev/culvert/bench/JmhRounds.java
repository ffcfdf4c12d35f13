package dev.culvert.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs a JMH benchmark for several kinds in turn, each round in fresh forks and in another order: what slows the machine
 * for a while then meets all of them, which JMH's own order (all forks of one, then all of the next) does not give.
 */
final class JmhRounds {
    private final Plan plan;

    JmhRounds(Plan plan) {
        this.plan = plan;
        // Two checkouts may measure at once; whoever wants quiet must see to it anyway.
        System.setProperty("jmh.ignoreLock", "true");
    }

    /**
     * What one kind gave, a figure for each round.
     *
     * @param score by the benchmark's mode and unit
     * @param p50 of the samples, in sample mode
     * @param bytesPerOperation allocated by all threads
     */
    record Figures(double[] score, double[] p50, double[] bytesPerOperation) {}

    /** In the order of the kinds. */
    List<Figures> run(Class<?> benchmark, int payload, List<String> kinds) throws RunnerException {
        List<Figures> figures = new ArrayList<>();
        kinds.forEach(kind -> figures.add(
                new Figures(new double[plan.rounds()], new double[plan.rounds()], new double[plan.rounds()])));
        for (int round = 0; round < plan.rounds(); round++) {
            for (int turn = 0; turn < kinds.size(); turn++) {
                int kind = (turn + round) % kinds.size();
                RunResult result = fork(benchmark, payload, kinds.get(kind));
                figures.get(kind).score()[round] = result.getPrimaryResult().getScore();
                figures.get(kind).p50()[round] =
                        result.getPrimaryResult().getStatistics().getPercentile(50);
                figures.get(kind).bytesPerOperation()[round] = allocation(result);
            }
        }
        return figures;
    }

    private RunResult fork(Class<?> benchmark, int payload, String kind) throws RunnerException {
        Options options = new OptionsBuilder()
                .include("^" + benchmark.getName().replace(".", "\\.") + "\\.")
                .param("kind", kind)
                .param("payload", Integer.toString(payload))
                .forks(1)
                .warmupIterations(1)
                .warmupTime(TimeValue.milliseconds(plan.warmup().toMillis()))
                .measurementIterations(plan.iterations())
                .measurementTime(TimeValue.milliseconds(plan.iteration().toMillis()))
                .jvmArgs("-Xms256m", "-Xmx256m", QuietLogging.OPTION)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        Collection<RunResult> results = new Runner(options).run();
        if (results.size() != 1) {
            throw new IllegalStateException(benchmark.getName() + " gave " + results.size() + " results");
        }
        return results.iterator().next();
    }

    private static double allocation(RunResult result) {
        for (Result<?> secondary : result.getSecondaryResults().values()) {
            if (secondary.getLabel().endsWith("gc.alloc.rate.norm")) {
                return secondary.getScore();
            }
        }
        throw new IllegalStateException("The gc profiler gave no allocation rate");
    }
}
