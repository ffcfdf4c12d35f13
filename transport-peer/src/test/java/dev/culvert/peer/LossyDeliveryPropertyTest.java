package dev.culvert.peer;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** The same as {@link LossyDeliveryTest}, over any network. */
class LossyDeliveryPropertyTest {
    @Property(tries = 200)
    void shouldDeliverOverAnyNetwork(
            @ForAll long seed,
            @ForAll @DoubleRange(max = 0.5) double loss,
            @ForAll @DoubleRange(max = 0.5) double duplication,
            @ForAll @IntRange(max = 300) int delayMillis,
            @ForAll @IntRange(max = 300) int jitterMillis,
            @ForAll @IntRange(max = 40) int handlingMillis) {
        HalfSession session = new HalfSession(seed)
                .losing(loss)
                .doubling(duplication)
                .delaying(Duration.ofMillis(delayMillis), Duration.ofMillis(jitterMillis))
                .handlingEachFor(Duration.ofMillis(handlingMillis));

        LossyDeliveryTest.sendAndCheck(session, LossyDeliveryTest.messages(seed, 30, 20_000));
    }
}
