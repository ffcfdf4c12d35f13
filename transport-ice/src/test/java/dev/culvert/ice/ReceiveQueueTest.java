package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.BufferTooSmallException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReceiveQueueTest {
    private final ReceiveQueue queue = new ReceiveQueue(16, new BufferPool());
    private final ExecutorService waiters = Executors.newCachedThreadPool();

    @AfterEach
    void endWaiters() {
        queue.shutdown();
        waiters.shutdownNow();
    }

    private static ByteBuffer message(int value) {
        return ByteBuffer.allocate(4).putInt(value).flip();
    }

    private int take() {
        ByteBuffer buffer = ByteBuffer.allocate(4);
        assertEquals(4, queue.recv(buffer));
        return buffer.flip().getInt();
    }

    /** Starts a receive in another thread and returns once it waits inside the queue. */
    private Future<Integer> waitingReceive(ByteBuffer buffer, long timeoutMillis) throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        Thread[] thread = new Thread[1];
        Future<Integer> result = waiters.submit(() -> {
            thread[0] = Thread.currentThread();
            started.countDown();
            return queue.recvTimeout(buffer, timeoutMillis);
        });
        started.await();
        while (thread[0].getState() != Thread.State.WAITING && thread[0].getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        return result;
    }

    @Test
    void shouldKeepTheNewestSixteenOfABurstOfTwentyAndCountFourDrops() {
        for (int i = 1; i <= 20; i++) {
            queue.offer(message(i));
        }

        List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            taken.add(take());
        }

        assertEquals(List.of(5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20), taken);
        assertEquals(new ReceiveQueue.Counts(20, 16, 4, 0, 0), queue.counts());
    }

    @Test
    void shouldReturnAtOnceWithoutWaiting() throws Exception {
        long start = System.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            assertEquals(0, queue.recvTimeout(message(0), 0));
            assertEquals(0, queue.recv(message(0)));
        }

        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(1), "2000 empty receives took over a second");
    }

    @Test
    void shouldWaitItsTimeButNotLess() throws Exception {
        long start = System.nanoTime();
        assertEquals(0, queue.recvTimeout(message(0), 50));

        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertTrue(millis >= 50 && millis < 5_000, "waited " + millis + " ms for a time-out of 50");
    }

    @Test
    void shouldWakeAnInfiniteWaitWhenDataComes() throws Exception {
        ByteBuffer buffer = ByteBuffer.allocate(4);
        Future<Integer> received = waitingReceive(buffer, -1);

        queue.offer(message(7));

        assertEquals(4, received.get(5, TimeUnit.SECONDS));
        assertEquals(7, buffer.flip().getInt());
    }

    @Test
    void shouldTakeAnyNegativeTimeoutAsForEver() throws Exception {
        Future<Integer> received = waitingReceive(ByteBuffer.allocate(4), Long.MIN_VALUE);

        queue.offer(message(7));

        assertEquals(4, received.get(5, TimeUnit.SECONDS));
    }

    @Test
    void shouldWakeATimedWaitWhenDataComes() throws Exception {
        Future<Integer> received = waitingReceive(ByteBuffer.allocate(4), TimeUnit.HOURS.toMillis(1));

        queue.offer(message(7));

        assertEquals(4, received.get(5, TimeUnit.SECONDS));
    }

    @Test
    void shouldWakeEveryWaiterWithMinusOneOnShutdown() throws Exception {
        Future<Integer> forEver = waitingReceive(ByteBuffer.allocate(4), -1);
        Future<Integer> timed = waitingReceive(ByteBuffer.allocate(4), TimeUnit.HOURS.toMillis(1));

        long start = System.nanoTime();
        queue.shutdown();

        assertEquals(-1, forEver.get(5, TimeUnit.SECONDS));
        assertEquals(-1, timed.get(5, TimeUnit.SECONDS));
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertTrue(millis <= 100, "waiters woke after " + millis + " ms");
        assertEquals(-1, queue.recv(ByteBuffer.allocate(4)));
    }

    @Test
    void shouldKeepAMessageThatDoesNotFit() {
        queue.offer(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}));
        ByteBuffer small = ByteBuffer.allocate(4);

        BufferTooSmallException refused =
                assertThrows(BufferTooSmallException.class, () -> queue.recvTimeout(small, -1));

        assertEquals(5, refused.required());
        assertEquals(0, small.position());
        assertThrows(BufferTooSmallException.class, () -> queue.recv(small));
        ByteBuffer large = ByteBuffer.allocate(5);
        assertEquals(5, queue.recv(large));
        assertEquals(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}), large.flip());
    }

    @Test
    void shouldLetAnotherWaiterTakeAMessageThatDidNotFitTheFirst() throws Exception {
        Future<Integer> small = waitingReceive(ByteBuffer.allocate(1), -1);
        Future<Integer> large = waitingReceive(ByteBuffer.allocate(100), -1);

        queue.offer(message(1));

        assertEquals(4, large.get(5, TimeUnit.SECONDS));
        queue.offer(message(2)); // the small one takes this signal if it did not have the first
        assertThrows(Exception.class, () -> small.get(5, TimeUnit.SECONDS));
    }

    @Test
    void shouldLeaveTheBufferBehindTheMessageUntouched() {
        queue.offer(message(7));
        ByteBuffer buffer = ByteBuffer.allocate(100);

        assertEquals(4, queue.recv(buffer));

        assertEquals(4, buffer.position());
        assertEquals(100, buffer.limit());
    }

    @Test
    void shouldHandOutWhatHasArrivedAndThenEnd() throws Exception {
        queue.offer(message(7));

        queue.endAfterLast();

        assertEquals(false, queue.offer(message(8)));
        assertEquals(7, take());
        assertEquals(-1, queue.recvTimeout(ByteBuffer.allocate(4), -1));
    }

    @Test
    void shouldCountWhatShutdownClears() {
        queue.offer(message(1));
        queue.offer(message(2));
        take();

        queue.shutdown();
        queue.shutdown();

        assertEquals(new ReceiveQueue.Counts(2, 1, 0, 1, 0), queue.counts());
    }

    @Test
    void shouldBeInterruptible() throws Exception {
        Future<Integer> received = waitingReceive(ByteBuffer.allocate(4), -1);

        received.cancel(true);
        queue.offer(message(7));

        assertEquals(7, take(), "an interrupted waiter must not take a message with it");
    }

    @Test
    void shouldGiveEachMessageToOneOfManyConsumers() throws Exception {
        int messages = 20_000;
        List<Future<Long>> sums = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            sums.add(waiters.submit(() -> {
                long sum = 0;
                ByteBuffer buffer = ByteBuffer.allocate(4);
                while (queue.recvTimeout(buffer.clear(), -1) > 0) {
                    sum += buffer.flip().getInt();
                }
                return sum;
            }));
        }
        for (int i = 1; i <= messages; i++) {
            queue.offer(message(1));
        }
        queue.endAfterLast();

        long total = 0;
        for (Future<Long> sum : sums) {
            total += sum.get(10, TimeUnit.SECONDS);
        }
        ReceiveQueue.Counts counts = queue.counts();
        assertEquals(messages, counts.accepted());
        assertEquals(counts.delivered(), total);
        assertEquals(counts.accepted(), counts.delivered() + counts.dropped());
        assertEquals(0, counts.waiting());
    }

    @Test
    void shouldCarryMessagesLargerThanAPooledBuffer() {
        ByteBuffer large = ByteBuffer.allocate(65_507);
        large.put(65_506, (byte) 9);
        queue.offer(large);

        ByteBuffer out = ByteBuffer.allocate(65_507);
        assertEquals(65_507, queue.recv(out));
        assertEquals(9, out.get(65_506));
    }
}
