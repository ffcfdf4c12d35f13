package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CandidateDaysTest {
    private static final long DAY = CandidateDays.today(Instant.parse("2026-11-15T00:00:00Z"));
    private static final Instant MORNING = Instant.parse("2026-11-15T11:59:59Z");
    private static final Instant AFTERNOON = Instant.parse("2026-11-15T12:00:00Z");

    @Test
    void shouldExpectTomorrowsRecordsFromNoonOn() {
        assertEquals(List.of(), CandidateDays.newer(MORNING));
        assertEquals(List.of(DAY + 1), CandidateDays.newer(AFTERNOON));
        assertEquals(List.of(DAY + 1, DAY - 1), CandidateDays.others(MORNING));
        assertEquals(List.of(DAY + 1, DAY - 1), CandidateDays.others(AFTERNOON));
    }

    @Test
    void shouldLookAtEveryDayInFourTurns() {
        assertEquals(3, CandidateDays.inTurn(0, MORNING).size());
        assertEquals(List.of(DAY), CandidateDays.inTurn(1, MORNING));
        assertEquals(List.of(DAY, DAY + 1), CandidateDays.inTurn(2, MORNING));
        assertEquals(List.of(DAY), CandidateDays.inTurn(3, MORNING));
        assertEquals(List.of(DAY - 1, DAY), CandidateDays.inTurn(4, MORNING));
        long gets = LongStream.range(4, 44)
                .map(turn -> CandidateDays.inTurn(turn, AFTERNOON).size())
                .sum();
        assertEquals(60, gets, "1.5 for each of 40 turns");
    }

    @Test
    void shouldLookAtTheOtherDayInEachTurnNearMidnight() {
        assertEquals(List.of(DAY, DAY + 1), CandidateDays.inTurn(1, Instant.parse("2026-11-15T23:00:00Z")));
        assertEquals(List.of(DAY), CandidateDays.inTurn(1, Instant.parse("2026-11-15T22:59:59Z")));
        assertEquals(List.of(DAY - 1, DAY), CandidateDays.inTurn(1, Instant.parse("2026-11-15T00:59:59Z")));
        assertEquals(List.of(DAY), CandidateDays.inTurn(1, Instant.parse("2026-11-15T01:00:00Z")));
    }
}
