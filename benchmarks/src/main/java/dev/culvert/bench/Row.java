package dev.culvert.bench;

import org.jspecify.annotations.Nullable;

/**
 * One line of the table.
 *
 * @param name what was measured
 * @param unit of both figures
 * @param ours Culvert's figure
 * @param baselineName what it is compared with; null if with nothing
 * @param baseline the other's figure, null if there is none
 * @param ratio ours to the baseline, formed from figures measured side by side; null without a baseline
 * @param limit null for a figure that is only told
 * @param skipped what this machine lacks to measure it; null if it was measured
 */
record Row(
        String name,
        String unit,
        double ours,
        @Nullable String baselineName,
        @Nullable Double baseline,
        @Nullable Double ratio,
        @Nullable Limit limit,
        @Nullable String skipped) {
    enum Verdict {
        OK,
        MISSED,
        /** Only told. */
        NONE
    }

    static Row of(String name, String unit, double ours, @Nullable Limit limit) {
        return new Row(name, unit, ours, null, null, null, limit, null);
    }

    /** Of two figures of which each sums up many measurements of its own. */
    static Row compare(
            String name, String unit, double ours, String baselineName, double baseline, @Nullable Limit limit) {
        return new Row(name, unit, ours, baselineName, baseline, finite(ours / baseline), limit, null);
    }

    /** Of measurements made side by side: medians, and the median of their quotients. */
    static Row compare(
            String name, String unit, double[] ours, String baselineName, double[] baseline, @Nullable Limit limit) {
        return new Row(
                name,
                unit,
                Samples.median(ours),
                baselineName,
                Samples.median(baseline),
                finite(Samples.medianRatio(ours, baseline)),
                limit,
                null);
    }

    /** Of what this machine can not measure, and why. */
    static Row skipped(String name, String unit, String reason) {
        return new Row(name, unit, 0, null, null, null, null, reason);
    }

    /** A baseline of 0, of bytes allocated perhaps, gives no ratio. */
    private static @Nullable Double finite(double ratio) {
        return Double.isFinite(ratio) ? ratio : null;
    }

    Verdict verdict() {
        if (limit == null) {
            return Verdict.NONE;
        }
        Double figure = limit.subject() == Limit.Subject.OURS ? Double.valueOf(ours) : ratio;
        return figure != null && limit.holds(figure) ? Verdict.OK : Verdict.MISSED;
    }

    /** Whether data was lost or something failed, rather than was slow. */
    boolean isError() {
        return limit != null && limit.must() && verdict() == Verdict.MISSED;
    }
}
