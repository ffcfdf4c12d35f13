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
    private final List<PendingPuts.Put> ready = new ArrayList<>();

    private PendingPuts.Put put(int value) {
        return put(slot, value);
    }

    private static PendingPuts.Put put(WritableSlot slot, int value) {
        byte[] secret = Bep44.expandSecret(slot.writer().seed());
        return new PendingPuts.Put(slot.slot(), secret, new byte[] {(byte) value}, new CompletableFuture<>());
    }

    /** Offers a put, and starts it at 0 when it is ready. */
    private PendingPuts.Offer offer(PendingPuts.Put put) {
        PendingPuts.Offer offer = puts.offer(put);
        if (offer == PendingPuts.Offer.READY) {
            puts.started(put, 0);
        }
        return offer;
    }

    /** The alert that the engine gives at the end of this put. */
    private boolean stored(PendingPuts.Put put, long sequence, int nodes) {
        byte[] signature = slot.writer().sign(Bep44.signedBytes(put.slot.key(), sequence, put.value));
        boolean expected = puts.stored(new DhtAlert.Stored(put.slot, sequence, signature, nodes), actions, ready);
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
        assertEquals(PendingPuts.Offer.READY, offer(put));

        assertTrue(stored(put, 4, 7));
        assertEquals(7, put.result.join());
        assertEquals(0, puts.size());
    }

    @Test
    void shouldFailWhenNoNodeStoredIt() {
        PendingPuts.Put put = put(1);
        offer(put);
        stored(put, 1, 0);

        assertTrue(put.result.isCompletedExceptionally());
    }

    @Test
    void shouldStartTheNextPutOfASlotWhenTheFirstIsOver() {
        PendingPuts.Put first = put(1);
        PendingPuts.Put second = put(2);
        offer(first);

        assertEquals(PendingPuts.Offer.QUEUED, offer(second));
        stored(first, 1, 3);

        assertEquals(List.of(second), ready);
        assertFalse(second.result.isDone());
        stored(second, 2, 3);
        assertTrue(second.result.isDone());
    }

    @Test
    void shouldNotLetSlotsWaitForEachOther() {
        offer(put(1));

        assertEquals(PendingPuts.Offer.READY, offer(put(Items.slot(), 1)));
    }

    @Test
    void shouldNotTakeTheLateEndOfAnEarlierPutForItsOwn() {
        PendingPuts.Put first = put(1);
        PendingPuts.Put second = put(2);
        offer(first);
        offer(second);
        puts.expire(TIMEOUT, actions, ready);
        run();
        assertTrue(first.result.isCompletedExceptionally());

        assertFalse(stored(first, 1, 8));
        assertFalse(second.result.isDone());
    }

    @Test
    void shouldCountTheTimeoutFromTheStart() {
        PendingPuts.Put first = put(1);
        PendingPuts.Put second = put(2);
        offer(first);
        offer(second);
        stored(first, 1, 3);
        puts.started(second, TIMEOUT - 1);

        puts.expire(TIMEOUT + 1, actions, ready);
        run();
        assertFalse(second.result.isDone());
        puts.expire(2 * TIMEOUT - 1, actions, ready);
        run();
        assertTrue(second.result.isCompletedExceptionally());
    }

    @Test
    void shouldGoOnWhenAPutCanNotBeStarted() {
        PendingPuts.Put first = put(1);
        PendingPuts.Put second = put(2);
        offer(first);
        offer(second);
        puts.failed(first, new IllegalStateException("no"), actions, ready);
        run();

        assertTrue(first.result.isCompletedExceptionally());
        assertEquals(List.of(second), ready);
    }

    @Test
    void shouldRefuseMoreThanItsLimits() {
        for (int i = 0; i < PendingPuts.PER_SLOT; i++) {
            assertFalse(offer(put(i)) == PendingPuts.Offer.REFUSED);
        }
        assertEquals(PendingPuts.Offer.REFUSED, offer(put(99)));

        for (int i = PendingPuts.PER_SLOT; i < 20; i++) {
            assertEquals(PendingPuts.Offer.READY, offer(put(Items.slot(), 1)));
        }
        assertEquals(PendingPuts.Offer.REFUSED, offer(put(Items.slot(), 1)));
    }

    @Test
    void shouldFailAllAndWipeTheirSecrets() {
        PendingPuts.Put put = put(1);
        offer(put);
        puts.failAll(new TransportClosedException("This"), actions);
        run();

        assertTrue(put.result.isCompletedExceptionally());
        assertArrayEquals(new byte[64], put.secret);
    }
}
