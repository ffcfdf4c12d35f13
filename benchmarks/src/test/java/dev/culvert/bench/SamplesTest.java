package dev.culvert.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class SamplesTest {
    @Test
    void shouldTakeTheRankThatCoversThePercentage() {
        double[] hundred = new double[100];
        for (int i = 0; i < hundred.length; i++) {
            hundred[i] = 100 - i; // in no useful order
        }
        assertEquals(50, Samples.median(hundred));
        assertEquals(99, Samples.percentile(hundred, 99));
        assertEquals(100, Samples.percentile(hundred, 100));
        assertEquals(7, Samples.median(new double[] {7}));
        assertThrows(IllegalArgumentException.class, () -> Samples.median(new double[0]));
    }

    /** A slow moment of the machine slows both of a pair: the quotients stay, the medians' quotient would not. */
    @Test
    void shouldCompareWhatWasMeasuredSideBySide() {
        assertEquals(0.5, Samples.medianRatio(new double[] {1, 50, 3}, new double[] {2, 100, 6}));
        assertThrows(IllegalArgumentException.class, () -> Samples.medianRatio(new double[1], new double[2]));
    }

    @Test
    void shouldFindTheSlope() {
        assertEquals(
                2,
                Samples.slope(List.of(new Samples.Point(0, 1), new Samples.Point(1, 3), new Samples.Point(2, 5))),
                1e-9);
        assertEquals(0, Samples.slope(List.of(new Samples.Point(1, 1), new Samples.Point(1, 9))));
    }
}
