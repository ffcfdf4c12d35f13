package dev.culvert.ice.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RoundTripTest {
    private final RoundTrip roundTrip = new RoundTrip();

    @Test
    void shouldBeginWithTheFirstSampleAndMoveByAnEighth() {
        assertEquals(-1, roundTrip.smoothedNanos());

        roundTrip.onSample(8_000);
        assertEquals(8_000, roundTrip.smoothedNanos());

        roundTrip.onSample(16_000);
        assertEquals(9_000, roundTrip.smoothedNanos());

        roundTrip.onSample(1_000);
        assertEquals(8_000, roundTrip.smoothedNanos());
    }

    @Test
    void shouldTakeZeroForATimeAndForgetEverythingOnANewPath() {
        roundTrip.onSample(0);
        assertEquals(0, roundTrip.smoothedNanos());

        roundTrip.reset();
        assertEquals(-1, roundTrip.smoothedNanos());
        roundTrip.onSample(5_000);
        assertEquals(5_000, roundTrip.smoothedNanos());
    }
}
