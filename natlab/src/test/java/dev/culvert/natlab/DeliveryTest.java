package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.natlab.MatrixPlan.Pair;
import dev.culvert.transport.Tier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many messages both ways through typical pairs of NATs; {@code natlab deliver} does it with all pairs and more of them. */
@Timeout(120)
class DeliveryTest {
    private static final int MESSAGES = 100;
    private static final int LARGE = 1 << 20;

    /** So long that some messages have arrived, and the other side not heard of it, whenever the path is cut. */
    private static final Duration LONG = Duration.ofMillis(40);

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @RegisterExtension
    static final NatLabExtension LAB = NatLabExtension.of(NatKind.NONE, NatKind.NONE);

    @TempDir
    static Path directory;

    private static DeliveryRun run;

    @BeforeAll
    static void start() {
        run = DeliveryRun.start(LAB.lab(), directory);
    }

    @AfterAll
    static void end() {
        run.close();
    }

    private static Delivery deliver(NatKind kindA, NatKind kindB, int loss, boolean cut) {
        LAB.lab().rtt(cut ? LONG : Duration.ZERO);
        LAB.lab().lossOnEveryPath(loss);
        long seed = new Random().nextInt(1_000_000);
        Delivery delivery =
                run.run(new Pair(kindA, kindB), new DeliveryRun.Plan(MESSAGES, LARGE, seed, cut, null, LIMIT));
        System.out.print("seed " + seed + ": " + DeliveryReport.row(delivery));
        assertEquals("", delivery.problem(), "seed " + seed);
        return delivery;
    }

    @ParameterizedTest
    @CsvSource({"NONE, NONE, DIRECT", "PORT, EIM, ICE", "SYM, SYM, RELAY"})
    void shouldDeliverEachMessageOnceAndInOrder(NatKind kindA, NatKind kindB, Tier tier) {
        Delivery delivery = deliver(kindA, kindB, 0, false);

        assertEquals(Set.of(tier), delivery.tiers().keySet());
        assertEquals(1, delivery.connections());
    }

    @ParameterizedTest
    @CsvSource({"NONE, NONE, DIRECT", "PORT, EIM, ICE", "SYM, SYM, RELAY"})
    void shouldDeliverWhenOneOfTenPacketsGetsLost(NatKind kindA, NatKind kindB, Tier tier) {
        Delivery delivery = deliver(kindA, kindB, 10, false);

        assertEquals(Set.of(tier), delivery.tiers().keySet());
    }

    @ParameterizedTest
    @CsvSource({"NONE, NONE", "PORT, EIM", "SYM, SYM"})
    void shouldDeliverWhenThePathIsCutInTheMiddle(NatKind kindA, NatKind kindB) {
        Delivery delivery = deliver(kindA, kindB, 0, true);

        assertTrue(delivery.tiers().containsKey(Tier.RELAY), "by another way: " + delivery.tiers());
    }
}
