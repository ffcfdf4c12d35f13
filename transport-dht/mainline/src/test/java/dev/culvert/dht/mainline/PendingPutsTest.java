package dev.culvert.dht.mainline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.WritableSlot;
import dev.culvert.transport.TransportClosedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PendingPutsTest {
    private static final long TIMEOUT = 100;

    private final PendingPuts puts = new PendingPuts(20, TIMEOUT);
    private final WritableSlot slot = Items.slot();
    private final List<Runnable> actions = new ArrayList<>();
    private final List<PendingPuts.Put> started = new ArrayList<>();

    private PendingPuts.Put put(int value) {
        return put(slot, value);
    }

    private static PendingPuts.Put put(WritableSlot slot, int value) {
        byte[] secret = Bep44.expandSecret(slot.writer().seed());
        return new PendingPuts.Put(slot.slot(), secret, new byte[] {(byte) value}, new CompletableFuture<>());
    }

    /** The alert that the engine gives at the end of this put. */
    private boolean stored(PendingPuts.Put put, long sequence, int nodes, long now) {
        byte[] signature = slot.writer().sign(Bep44.signedBytes(put.slot.key(), sequence, put.value));
        boolean expected =
                puts.stored(new DhtAlert.Stored(put.slot, sequence, signature, nodes), now, actions, started);
        run();
        return expected;
    }

    private void run() {
        actions.forEach(Runnable::run);
        actions.clear();
    }

    @Test
    void shouldCompleteWithTheNumberOfNodes() {
        PendingPuts.Put put = put(1);
        assertEquals(PendingPuts.Offer.START, puts.offer(put, 0));

        assertTrue(stored(put, 4, 7, 1));
        assertEquals(7, put.result.join());
        assertEquals(0, puts.size());
    }

    @Test
    void shouldFailWhenNoNodeStoredIt() {
        PendingPuts.Put put = put(1);
        puts.offer(put, 0);
        stored(put, 1, 0, 1);

        assertTrue(put.result.isCompletedExceptionally());
    }

    @Test
    void shouldStartTheNextPutOfASlotWhenTheFirstIsOver() {
        PendingPuts.Put first = put(1);
        PendingPuts.Put second = put(2);
        puts.offer(first, 0);

        assertEquals(PendingPuts.Offer.QUEUED, puts.offer(second, 0));
        stored(first, 1, 3, 1);

        assertEquals(List.of(second), started);
        assertFalse(second.result.isDone());
        stored(second, 2, 3, 2);
        assertTrue(second.result.isDone());
    }

    @Test
    void shouldNotLetSlotsWaitForEachOther() {
        puts.offer(put(1), 0);

        assertEquals(PendingPuts.Offer.START, puts.offer(put(Items.slot(), 1), 0));
    }

    @Test
    void shouldNotTakeTheLateEndOfAnEarlierPutForItsOwn() {
        PendingPuts.Put first = put(1);
        PendingPuts.Put second = put(2);
        puts.offer(first, 0);
        puts.offer(second, 0);
        puts.expire(TIMEOUT, actions, started);
        run();
        assertTrue(first.result.isCompletedExceptionally());

        assertFalse(stored(first, 1, 8, TIMEOUT + 1));
        assertFalse(second.result.isDone());
    }

    @Test
    void shouldCountTheTimeoutFromTheStart() {
        PendingPuts.Put first = put(1);
        PendingPuts.Put second = put(2);
        puts.offer(first, 0);
        puts.offer(second, 0);
        stored(first, 1, 3, TIMEOUT - 1);

        puts.expire(TIMEOUT + 1, actions, started);
        run();
        assertFalse(second.result.isDone());
        puts.expire(2 * TIMEOUT, actions, started);
        run();
        assertTrue(second.result.isCompletedExceptionally());
    }

    @Test
    void shouldGoOnWhenAPutCanNotBeStarted() {
        PendingPuts.Put first = put(1);
        PendingPuts.Put second = put(2);
        puts.offer(first, 0);
        puts.offer(second, 0);
        puts.failed(first, new IllegalStateException("no"), 1, actions, started);
        run();

        assertTrue(first.result.isCompletedExceptionally());
        assertEquals(List.of(second), started);
    }

    @Test
    void shouldRefuseMoreThanItsLimits() {
        for (int i = 0; i < PendingPuts.PER_SLOT; i++) {
            assertFalse(puts.offer(put(i), 0) == PendingPuts.Offer.REFUSED);
        }
        assertEquals(PendingPuts.Offer.REFUSED, puts.offer(put(99), 0));

        for (int i = PendingPuts.PER_SLOT; i < 20; i++) {
            assertEquals(PendingPuts.Offer.START, puts.offer(put(Items.slot(), 1), 0));
        }
        assertEquals(PendingPuts.Offer.REFUSED, puts.offer(put(Items.slot(), 1), 0));
    }

    @Test
    void shouldFailAllAndWipeTheirSecrets() {
        PendingPuts.Put put = put(1);
        puts.offer(put, 0);
        puts.failAll(new TransportClosedException("This"), actions);
        run();

        assertTrue(put.result.isCompletedExceptionally());
        assertArrayEquals(new byte[64], put.secret);
    }
}
