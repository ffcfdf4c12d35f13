package dev.culvert.bench;

import java.util.Arrays;
import java.util.List;

/** Figures made of many measurements. */
final class Samples {
    private Samples() {}

    static double median(double[] values) {
        return percentile(values, 50);
    }

    /** The smallest value that at least so many per cent of the values do not exceed; values may be in any order. */
    static double percentile(double[] values, double percent) {
        if (values.length == 0) {
            throw new IllegalArgumentException("Nothing was measured");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted[Math.max(0, rank - 1)];
    }

    /** Median of the quotients of what was measured side by side: a slow minute of the machine slows both of a pair. */
    static double medianRatio(double[] ours, double[] baseline) {
        if (ours.length != baseline.length) {
            throw new IllegalArgumentException(ours.length + " measurements beside " + baseline.length);
        }
        double[] ratios = new double[ours.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = ours[i] / baseline[i];
        }
        return median(ratios);
    }

    /** A measurement at a place on the x axis. */
    record Point(double x, double y) {}

    /** Of the line with the least squares through the points; 0 if all are at one place. */
    static double slope(List<Point> points) {
        double meanX = points.stream().mapToDouble(Point::x).average().orElse(0);
        double meanY = points.stream().mapToDouble(Point::y).average().orElse(0);
        double covariance = points.stream()
                .mapToDouble(point -> (point.x() - meanX) * (point.y() - meanY))
                .sum();
        double variance = points.stream()
                .mapToDouble(point -> (point.x() - meanX) * (point.x() - meanX))
                .sum();
        return variance == 0 ? 0 : covariance / variance;
    }
}
