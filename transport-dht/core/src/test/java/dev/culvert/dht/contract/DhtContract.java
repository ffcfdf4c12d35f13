package dev.culvert.dht.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.culvert.dht.Dht;
import dev.culvert.dht.Eventually;
import dev.culvert.dht.RandomSlots;
import dev.culvert.dht.Slot;
import dev.culvert.dht.WritableSlot;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.TransportClosedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What Culvert relies on in every engine. An engine's test extends this class and gives it nodes of one network; where
 * an engine differs by nature it overrides a hook, and the tests then check what it does instead.
 */
public abstract class DhtContract implements EngineUnderTest {
    /** A further node, joined to its network, that the calling test closes. */
    protected abstract Dht disposable();

    /** True for an engine that ignores the sequence numbers it is given: there the later put wins. */
    protected boolean numbersOwnSequences() {
        return false;
    }

    /** False for an engine whose remove is a wish: there it must only complete. */
    protected boolean removes() {
        return true;
    }

    /** False for an engine whose network keeps values for a time of its own. */
    protected boolean expires() {
        return true;
    }

    /** How many slots are written at the same time. */
    protected int concurrentSlots() {
        return 100;
    }

    @Test
    void shouldFindAtOneNodeWhatAnotherPut() {
        WritableSlot slot = RandomSlots.slot();
        byte[] value = RandomSlots.bytes(100);

        int replicas = get(first().put(slot, 1, value, TTL));

        assertTrue(replicas >= 1, "replicas " + replicas);
        assertFinds(second(), slot.slot(), value);
    }

    @Test
    void shouldFindNothingInAMissingSlot() {
        assertEquals(0, get(second().get(RandomSlots.slot().slot())).size());
    }

    @Test
    void shouldReplaceAnOlderValue() {
        WritableSlot slot = RandomSlots.slot();
        byte[] newer = RandomSlots.bytes(50);

        get(first().put(slot, 1, RandomSlots.bytes(50), TTL));
        get(first().put(slot, 2, newer, TTL));

        assertFinds(second(), slot.slot(), newer);
    }

    @Test
    void shouldLetTheLargerSequenceNumberWin() {
        WritableSlot slot = RandomSlots.slot();
        byte[] large = RandomSlots.bytes(50);
        byte[] small = RandomSlots.bytes(50);
        get(first().put(slot, 2, large, TTL));

        CompletableFuture<Integer> late = first().put(slot, 1, small, TTL);
        if (numbersOwnSequences()) {
            get(late);
            assertFinds(second(), slot.slot(), small);
        } else {
            // Whether the put fails or is passed over in silence is the engine's affair.
            settled(late);
            assertFinds(second(), slot.slot(), large);
        }
    }

    @Test
    void shouldTakeTheSameValueAgain() {
        WritableSlot slot = RandomSlots.slot();
        byte[] value = RandomSlots.bytes(50);
        get(first().put(slot, 7, value, TTL));

        assertTrue(get(first().put(slot, 7, value, TTL)) >= 1);

        assertFinds(second(), slot.slot(), value);
    }

    @Test
    void shouldKeepTwoWritersOfOneKeyApart() {
        byte[] key = RandomSlots.bytes(Slot.KEY_LENGTH);
        WritableSlot one = RandomSlots.underKey(key);
        WritableSlot other = RandomSlots.underKey(key);
        byte[] ofOne = RandomSlots.bytes(40);
        byte[] ofOther = RandomSlots.bytes(40);

        get(first().put(one, 1, ofOne, TTL));
        get(first().put(other, 1, ofOther, TTL));

        assertFinds(second(), one.slot(), ofOne);
        assertFinds(second(), other.slot(), ofOther);
    }

    @Test
    void shouldKeepManyWritersOfOneKeyApart() {
        byte[] key = RandomSlots.bytes(Slot.KEY_LENGTH);
        List<WritableSlot> slots = new ArrayList<>();
        List<byte[]> values = new ArrayList<>();
        List<CompletableFuture<Integer>> puts = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            slots.add(RandomSlots.underKey(key));
            values.add(RandomSlots.bytes(200));
            puts.add(first().put(slots.get(i), 1, values.get(i), TTL));
        }
        puts.forEach(this::get);

        for (int i = 0; i < slots.size(); i++) {
            assertFinds(second(), slots.get(i).slot(), values.get(i));
        }
    }

    @Test
    void shouldForgetAValueWhenItsTimeIsOver() {
        WritableSlot slot = RandomSlots.slot();
        byte[] value = RandomSlots.bytes(50);
        get(first().put(slot, 1, value, Duration.ofSeconds(2)));
        if (expires()) {
            long end = System.nanoTime() + patience().toNanos();
            while (!get(second().get(slot.slot())).isEmpty()) {
                assertTrue(System.nanoTime() < end, "it is still found after " + patience());
            }
        } else {
            assertFinds(second(), slot.slot(), value);
        }
        // And the slot can be used again.
        byte[] later = RandomSlots.bytes(50);
        get(first().put(slot, 2, later, TTL));
        assertFinds(second(), slot.slot(), later);
    }

    @Test
    void shouldCarryASingleByte() {
        roundTrip(1);
    }

    @Test
    void shouldCarryTheLargestValue() {
        roundTrip(first().capabilities().maxValueBytes());
    }

    @Test
    void shouldRefuseAValueOverTheLimit() {
        int limit = first().capabilities().maxValueBytes();
        WritableSlot slot = RandomSlots.slot();

        Throwable failure = failureOf(first().put(slot, 1, new byte[limit + 1], TTL));

        MessageTooLargeException tooLarge = assertInstanceOf(MessageTooLargeException.class, failure);
        assertEquals(limit + 1, tooLarge.size());
        assertEquals(limit, tooLarge.limit());
        assertEquals(0, get(second().get(slot.slot())).size());
    }

    @Test
    void shouldNotKeepTheCallersArray() {
        WritableSlot slot = RandomSlots.slot();
        byte[] value = RandomSlots.bytes(60);
        byte[] given = value.clone();

        CompletableFuture<Integer> put = first().put(slot, 1, given, TTL);
        Arrays.fill(given, (byte) 0);
        get(put);

        assertFinds(second(), slot.slot(), value);
    }

    @Test
    void shouldRemoveAValue() {
        WritableSlot slot = RandomSlots.slot();
        byte[] value = RandomSlots.bytes(30);
        get(first().put(slot, 1, value, TTL));
        assertFinds(first(), slot.slot(), value);

        Boolean done = get(first().remove(slot));

        assertNotNull(done);
        if (removes()) {
            assertTrue(done);
            assertEquals(0, get(second().get(slot.slot())).size());
        }
        // Removing what is gone, or what never was, is no error either.
        assertNotNull(get(first().remove(slot)));
        assertNotNull(get(first().remove(RandomSlots.slot())));
    }

    @Test
    void shouldTellAListenerOfEachNewValueOnce() throws InterruptedException {
        WritableSlot slot = RandomSlots.slot();
        byte[] old = RandomSlots.bytes(20);
        byte[] newer = RandomSlots.bytes(20);
        BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();
        get(first().put(slot, 1, old, TTL));

        try (Dht.Subscription listening = second().listen(slot.slot(), Duration.ofMillis(50), heard::add)) {
            assertNotNull(listening);
            assertArrayEquals(old, heard.poll(patience().toMillis(), TimeUnit.MILLISECONDS));
            get(first().put(slot, 2, newer, TTL));
            assertArrayEquals(newer, heard.poll(patience().toMillis(), TimeUnit.MILLISECONDS));
        }
        assertTrue(heard.isEmpty(), "heard the same value twice");
    }

    @Test
    void shouldGoOnAfterAListenerThrew() throws InterruptedException {
        WritableSlot slot = RandomSlots.slot();
        BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();

        try (Dht.Subscription listening = second().listen(slot.slot(), Duration.ofMillis(50), value -> {
            heard.add(value);
            throw new IllegalStateException("thrown by a test");
        })) {
            assertNotNull(listening);
            get(first().put(slot, 1, new byte[] {1}, TTL));
            assertNotNull(heard.poll(patience().toMillis(), TimeUnit.MILLISECONDS));
            get(first().put(slot, 2, new byte[] {2}, TTL));
            assertArrayEquals(new byte[] {2}, heard.poll(patience().toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    @Test
    void shouldNotCallAListenerAfterItsEnd() {
        WritableSlot slot = RandomSlots.slot();
        BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();
        BlockingQueue<byte[]> heardByOther = new LinkedBlockingQueue<>();
        Dht.Subscription ended = second().listen(slot.slot(), Duration.ofMillis(20), heard::add);
        ended.close();
        ended.close();

        try (Dht.Subscription other = second().listen(slot.slot(), Duration.ofMillis(60), heardByOther::add)) {
            assertNotNull(other);
            get(first().put(slot, 1, new byte[] {1}, TTL));
            // When the slower listener heard it, the ended one would have heard it too.
            assertNotNull(take(heardByOther));
        }
        assertTrue(heard.isEmpty());
    }

    @Test
    void shouldKeepConcurrentPutsApart() {
        List<WritableSlot> slots = new ArrayList<>();
        List<byte[]> values = new ArrayList<>();
        List<CompletableFuture<Integer>> puts = new ArrayList<>();
        for (int i = 0; i < concurrentSlots(); i++) {
            slots.add(RandomSlots.slot());
            values.add(RandomSlots.bytes(64));
            puts.add((i % 2 == 0 ? first() : second()).put(slots.get(i), 1, values.get(i), TTL));
        }
        puts.forEach(this::get);

        for (int i = 0; i < slots.size(); i++) {
            assertFinds(i % 2 == 0 ? second() : first(), slots.get(i).slot(), values.get(i));
        }
    }

    @Test
    void shouldLeaveNoFutureHangingWhenClosed() {
        Dht node = disposable();
        List<CompletableFuture<?>> pending = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            pending.add(node.put(RandomSlots.slot(), 1, new byte[] {1}, TTL));
            pending.add(node.get(RandomSlots.slot().slot()));
        }

        node.close();

        for (CompletableFuture<?> future : pending) {
            Throwable failure = settled(future);
            if (failure != null) {
                assertInstanceOf(TransportClosedException.class, failure);
            }
        }
    }

    @Test
    void shouldFailCallsAfterClosing() {
        Dht node = disposable();
        assertDoesNotThrow(() -> {
            node.close();
            node.close();
        });

        assertInstanceOf(
                TransportClosedException.class, failureOf(node.put(RandomSlots.slot(), 1, new byte[] {1}, TTL)));
        assertInstanceOf(
                TransportClosedException.class,
                failureOf(node.get(RandomSlots.slot().slot())));
        assertInstanceOf(TransportClosedException.class, failureOf(node.remove(RandomSlots.slot())));
        assertInstanceOf(TransportClosedException.class, failureOf(node.bootstrap()));
    }

    @Test
    void shouldSayWhatItCanDo() {
        assertFalse(first().capabilities().engine().isBlank());
        // The smallest engine we know, Mainline, takes 996 bytes; a candidate record needs about that.
        assertTrue(first().capabilities().maxValueBytes() >= 900);
        assertTrue(first().capabilities().maxTtl().compareTo(Duration.ofMinutes(5)) >= 0);
    }

    private void roundTrip(int length) {
        WritableSlot slot = RandomSlots.slot();
        byte[] value = RandomSlots.bytes(length);
        get(first().put(slot, 1, value, TTL));
        assertFinds(second(), slot.slot(), value);
    }

    private <T> T get(CompletableFuture<T> future) {
        return Eventually.get(patience(), future);
    }

    private @Nullable Throwable settled(CompletableFuture<?> future) {
        return Eventually.settled(patience(), future);
    }

    private byte[] take(BlockingQueue<byte[]> queue) {
        try {
            return queue.poll(patience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return fail(e);
        }
    }

    private Throwable failureOf(CompletableFuture<?> future) {
        Throwable failure = settled(future);
        assertNotNull(failure, "the call should have failed");
        return failure;
    }
}
