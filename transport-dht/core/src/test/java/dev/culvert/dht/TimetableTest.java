package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TimetableTest {
    private static final Instant T = Instant.parse("2026-11-15T12:00:00Z");

    private final Timetable<String> timetable = new Timetable<>();

    @Test
    void shouldGiveOutNothingBeforeItsTime() {
        timetable.put("a", T.plusMillis(10));

        assertEquals(Optional.empty(), timetable.takeDue(T.plusMillis(9)));
        assertEquals(Optional.of(T.plusMillis(10)), timetable.next());
        assertEquals(Optional.of("a"), timetable.takeDue(T.plusMillis(10)));
        assertEquals(Optional.empty(), timetable.takeDue(T.plusMillis(10)));
        assertEquals(Optional.empty(), timetable.next());
    }

    @Test
    void shouldGiveOutTheOldestFirstAndEqualOnesInOrder() {
        timetable.put("late", T.plusMillis(2));
        timetable.put("b", T);
        timetable.put("a", T);

        assertEquals(Optional.of("b"), timetable.takeDue(T.plusSeconds(1)));
        assertEquals(Optional.of("a"), timetable.takeDue(T.plusSeconds(1)));
        assertEquals(Optional.of("late"), timetable.takeDue(T.plusSeconds(1)));
    }

    @Test
    void shouldHoldEachTaskOnce() {
        timetable.put("a", T);
        timetable.put("a", T.plusSeconds(5));

        assertEquals(1, timetable.size());
        assertEquals(Optional.empty(), timetable.takeDue(T));
        timetable.putEarlier("a", T.plusSeconds(9));
        assertEquals(Optional.of(T.plusSeconds(5)), timetable.next());
        timetable.putEarlier("a", T.plusSeconds(1));
        assertEquals(Optional.of(T.plusSeconds(1)), timetable.next());
    }

    @Test
    void shouldForgetWhatIsCancelled() {
        timetable.put("a1", T);
        timetable.put("a2", T);
        timetable.put("b", T);

        timetable.removeIf(task -> task.startsWith("a"));
        timetable.remove("never there");

        assertEquals(1, timetable.size());
        assertEquals(Optional.of("b"), timetable.takeDue(T));
    }
}
