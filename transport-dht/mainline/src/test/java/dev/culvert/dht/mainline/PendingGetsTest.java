package dev.culvert.dht.mainline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.Slot;
import dev.culvert.transport.TransportClosedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PendingGetsTest {
    private static final long TIMEOUT = 100;
    private static final long SETTLE = 10;

    private final PendingGets gets = new PendingGets(4, TIMEOUT, SETTLE);
    private final Slot slot = Items.slot().slot();
    private final List<Runnable> actions = new ArrayList<>();

    private static PendingGets.Get get(Slot slot) {
        return new PendingGets.Get(slot, new CompletableFuture<>());
    }

    private CompletableFuture<List<byte[]>> begin(long now) {
        PendingGets.Get get = get(slot);
        assertTrue(gets.begin(get));
        gets.started(get, now);
        return get.result;
    }

    private void heard(long sequence, byte[] value, boolean last, long now) {
        gets.heard(slot, sequence, value, last, now, actions);
        run();
    }

    private void expire(long now) {
        gets.expire(now, actions);
        run();
    }

    private void run() {
        actions.forEach(Runnable::run);
        actions.clear();
    }

    @Test
    void shouldReturnTheNewestWhenTheSearchEnds() {
        CompletableFuture<List<byte[]>> result = begin(0);
        heard(5, new byte[] {5}, false, 1);
        heard(7, new byte[] {7}, false, 2);
        assertFalse(result.isDone());
        heard(6, new byte[] {6}, true, 3);

        assertArrayEquals(new byte[] {7}, result.join().get(0));
        assertEquals(0, gets.size());
    }

    @Test
    void shouldReturnNothingWhenTheSearchFoundNothing() {
        CompletableFuture<List<byte[]>> result = begin(0);
        heard(0, null, true, 3);

        assertEquals(List.of(), result.join());
    }

    @Test
    void shouldTakeAnEmptyValueForNone() {
        CompletableFuture<List<byte[]>> result = begin(0);
        heard(1, new byte[] {1}, false, 1);
        heard(2, new byte[0], true, 2);

        assertEquals(List.of(), result.join());
    }

    @Test
    void shouldNotWaitForSilentNodesOnceAValueSettled() {
        CompletableFuture<List<byte[]>> result = begin(0);
        heard(1, new byte[] {1}, false, 50);
        expire(59);
        assertFalse(result.isDone());
        expire(60);

        assertEquals(1, result.join().size());
    }

    @Test
    void shouldNotLetSettlingOutlastTheTimeout() {
        CompletableFuture<List<byte[]>> result = begin(0);
        heard(1, new byte[] {1}, false, TIMEOUT - 1);
        expire(TIMEOUT);

        assertTrue(result.isDone());
    }

    @Test
    void shouldReturnNothingAtTheTimeout() {
        CompletableFuture<List<byte[]>> result = begin(0);
        expire(TIMEOUT - 1);
        assertFalse(result.isDone());
        expire(TIMEOUT);

        assertEquals(List.of(), result.join());
    }

    @Test
    void shouldNotEndALaterGetWithTheEndOfAnEarlierSearch() {
        CompletableFuture<List<byte[]>> early = begin(0);
        CompletableFuture<List<byte[]>> late = begin(1);
        heard(0, null, true, 2);

        assertTrue(early.isDone());
        assertFalse(late.isDone());
        heard(1, new byte[] {1}, true, 3);
        assertEquals(1, late.join().size());
    }

    @Test
    void shouldNotWaitForSearchesThatNeverAnswered() {
        begin(0);
        expire(TIMEOUT);
        CompletableFuture<List<byte[]>> next = begin(TIMEOUT + 1);
        heard(0, null, true, TIMEOUT + 2);

        assertTrue(next.isDone());
    }

    @Test
    void shouldStillCountASearchThatOutlivesItsGet() {
        CompletableFuture<List<byte[]>> early = begin(0);
        heard(1, new byte[] {1}, false, 1);
        expire(1 + SETTLE);
        assertTrue(early.isDone());
        CompletableFuture<List<byte[]>> late = begin(12);
        // The end of the first search; the second has not looked everywhere yet.
        heard(1, new byte[] {1}, true, 13);

        assertFalse(late.isDone());
        heard(2, new byte[] {2}, true, 14);
        assertArrayEquals(new byte[] {2}, late.join().get(0));
    }

    @Test
    void shouldNotEndAGetThatWasNotStarted() {
        PendingGets.Get waiting = get(slot);
        begin(0);
        gets.begin(waiting);
        heard(0, null, true, 2);
        assertFalse(waiting.result.isDone());

        gets.started(waiting, 3);
        heard(0, null, true, 4);
        assertTrue(waiting.result.isDone());
        assertTrue(waiting.isOver());
    }

    @Test
    void shouldCountItsTimeFromItsStart() {
        PendingGets.Get waiting = get(slot);
        assertTrue(gets.begin(waiting));
        expire(TIMEOUT); // behind many others
        assertFalse(waiting.result.isDone());
        gets.started(waiting, TIMEOUT);
        expire(2 * TIMEOUT - 1);
        assertFalse(waiting.result.isDone());
        expire(2 * TIMEOUT);

        assertTrue(waiting.result.isDone());
        CompletableFuture<List<byte[]>> next = begin(2 * TIMEOUT + 1);
        heard(0, null, true, 2 * TIMEOUT + 2);
        assertTrue(next.isDone());
    }

    @Test
    void shouldTakeWhatAnotherSearchFoundBeforeItsStart() {
        begin(0);
        PendingGets.Get waiting = get(slot);
        assertTrue(gets.begin(waiting));
        heard(1, new byte[] {1}, false, 1);
        expire(1 + SETTLE);

        assertArrayEquals(new byte[] {1}, waiting.result.join().get(0));
    }

    @Test
    void shouldRefuseMoreThanItsLimit() {
        for (int i = 0; i < 4; i++) {
            begin(0);
        }

        assertFalse(gets.begin(get(slot)));
        assertFalse(gets.begin(get(Items.slot().slot())));
        assertEquals(4, gets.size());
    }

    @Test
    void shouldReportWhatNobodyWaitsFor() {
        assertFalse(gets.heard(slot, 1, new byte[1], true, 0, actions));
        assertTrue(actions.isEmpty());
    }

    @Test
    void shouldFailAllAtTheEnd() {
        CompletableFuture<List<byte[]>> result = begin(0);
        gets.failAll(new TransportClosedException("This"), actions);
        run();

        assertTrue(result.isCompletedExceptionally());
        assertEquals(0, gets.size());
    }
}
