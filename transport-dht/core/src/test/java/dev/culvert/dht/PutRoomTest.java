package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.QueueTask.Put;
import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PutRoomTest {
    private static final int LARGE = PutRoom.MOST_BYTES / 2;
    private static final int LITTLE = PutRoom.SMALL + 1;

    private final PeerId one = Identity.generate().peerId();
    private final PeerId two = Identity.generate().peerId();
    private final PutRoom room = new PutRoom();

    private void begin(PeerId peer, long ordinal, int length) {
        assertTrue(room.admits(new Put(peer, ordinal), length));
        room.begun(length);
    }

    private void wait(PeerId peer, long ordinal, int length) {
        assertFalse(room.admits(new Put(peer, ordinal), length));
    }

    private List<Put> end(int length) {
        List<Put> again = new ArrayList<>();
        room.ended(length, again::add);
        return again;
    }

    @Test
    void shouldPutTheOldestFirst() {
        begin(one, 0, LARGE);
        begin(one, 1, LARGE);
        wait(one, 3, LARGE);
        wait(one, 2, LARGE);

        assertEquals(List.of(new Put(one, 2)), end(LARGE));
    }

    @Test
    void shouldLetReceiversTakeTurns() {
        begin(one, 0, LARGE);
        begin(one, 1, LARGE);
        wait(one, 2, LARGE);
        wait(one, 3, LARGE);
        wait(two, 9, LITTLE);

        assertEquals(List.of(new Put(one, 2), new Put(two, 9)), end(LARGE + LITTLE));
    }

    @Test
    void shouldAdmitASmallOneBesideLargeOnes() {
        begin(one, 0, PutRoom.MOST_BYTES);

        begin(two, 0, PutRoom.SMALL);
    }

    @Test
    void shouldAdmitManySmallOnesOnceALargeOneIsOver() {
        begin(one, 0, PutRoom.MOST_BYTES);
        for (int i = 1; i <= PutRoom.MOST_PUTS + 1; i++) {
            wait(one, i, LITTLE);
        }

        assertEquals(PutRoom.MOST_PUTS, end(PutRoom.MOST_BYTES).size());
    }

    @Test
    void shouldAdmitNoMoreThanSoMany() {
        for (int i = 0; i < PutRoom.MOST_PUTS; i++) {
            begin(one, i, LITTLE);
        }
        wait(one, PutRoom.MOST_PUTS, LITTLE);

        assertEquals(List.of(new Put(one, PutRoom.MOST_PUTS)), end(LITTLE));
    }

    @Test
    void shouldAdmitOneThatIsLargerThanAll() {
        begin(one, 0, PutRoom.MOST_BYTES + 1);
        wait(two, 0, LITTLE);

        assertEquals(List.of(new Put(two, 0)), end(PutRoom.MOST_BYTES + 1));
    }

    @Test
    void shouldCallTheNextWhenOneIsNotPutAfterAll() {
        begin(one, 0, PutRoom.MOST_BYTES);
        wait(one, 1, PutRoom.MOST_BYTES);
        wait(one, 2, PutRoom.MOST_BYTES);
        assertEquals(List.of(new Put(one, 1)), end(PutRoom.MOST_BYTES));

        List<Put> again = new ArrayList<>();
        room.callNext(again::add);
        assertEquals(List.of(new Put(one, 2)), again);
    }

    @Test
    void shouldKeepOneThatWaitsOnlyOnce() {
        begin(one, 0, PutRoom.MOST_BYTES);
        wait(one, 1, LITTLE);
        wait(one, 1, LITTLE);

        assertEquals(List.of(new Put(one, 1)), end(PutRoom.MOST_BYTES));
        begin(one, 1, LITTLE);
        assertEquals(List.of(), end(LITTLE));
    }
}
