package dev.culvert.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every suite runs, far too short for its figures to mean anything, and loses nothing. */
@Timeout(120)
class SuitesTest {
    static final Plan TINY = new Plan(
            1,
            Duration.ofMillis(20),
            1,
            Duration.ofMillis(20),
            1,
            3,
            1,
            false,
            List.of(5),
            1,
            Duration.ofMillis(200),
            20,
            Duration.ofMillis(400),
            new Plan.Udp(1, Duration.ofMillis(20), Duration.ofMillis(150), false, 200, Duration.ofMillis(300)),
            new Plan.Dht(2, 2, 10, 5, 5, 20),
            new Plan.Sessions(Duration.ofMillis(50), 1, 10, 50, 1, 10, 1, 3, 2));

    static Stream<Suite> suites() {
        return Stream.of(
                new QueueSuite(),
                new DataSuite(),
                new NativeSuite(),
                new ConnectSuite(),
                new ColdSuite(),
                new ScaleSuite(),
                new MessagesSuite(),
                new DhtSuite(),
                new SoakSuite());
    }

    @ParameterizedTest
    @MethodSource("suites")
    void shouldRunAndLoseNothing(Suite suite) throws Exception {
        List<Row> rows;
        try {
            rows = suite.run(TINY);
        } catch (SkippedException e) {
            Assumptions.abort(e.getMessage());
            return;
        }

        assertFalse(rows.isEmpty());
        rows.forEach(row -> assertFalse(row.isError(), row::toString));
        rows.forEach(row -> assertTrue(Double.isFinite(row.ours()), row::toString));
        assertTrue(rows.stream().anyMatch(row -> row.limit() != null), "nothing is judged");
        rows.stream()
                .filter(row -> row.baseline() != null)
                .forEach(row -> assertTrue(row.baseline() > 0, row::toString));
    }

    @ParameterizedTest
    @MethodSource("suites")
    void shouldBeFoundByName(Suite suite) {
        assertEquals(suite.getClass(), Bench.suites().get(suite.name()).getClass());
    }
}
