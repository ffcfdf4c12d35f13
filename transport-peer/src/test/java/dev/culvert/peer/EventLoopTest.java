package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EventLoopTest {
    private final EventLoop loop = new EventLoop("culvert-test-loop");

    @AfterEach
    void end() {
        loop.close();
    }

    private Thread thread() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        loop.execute(() -> thread.complete(Thread.currentThread()));
        return thread.get(5, TimeUnit.SECONDS);
    }

    @Test
    void shouldRunTasksInOrderOnItsOwnDaemon() throws Exception {
        List<Integer> order = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            loop.execute(() -> order.add(number));
        }
        Thread thread = thread();

        assertEquals(100, order.size());
        assertEquals(99, order.get(99));
        assertEquals("culvert-test-loop", thread.getName());
        assertTrue(thread.isDaemon());
        assertFalse(loop.inLoop());
    }

    @Test
    void shouldGoOnAfterATaskThrows() throws Exception {
        Thread before = thread();
        loop.execute(() -> {
            throw new IllegalStateException("on purpose");
        });
        loop.execute(() -> {
            throw new AssertionError("on purpose");
        });

        assertEquals(before, thread());
    }

    @Test
    void shouldFireATimerUnlessCancelled() throws Exception {
        CountDownLatch fired = new CountDownLatch(1);
        CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
        EventLoop.Timer timer = loop.schedule(() -> cancelled.complete(false), Duration.ofMillis(5));
        timer.cancel();
        loop.schedule(fired::countDown, Duration.ofMillis(10));

        assertTrue(fired.await(5, TimeUnit.SECONDS));
        assertFalse(cancelled.isDone());
    }

    @Test
    void shouldTakeNothingAfterClose() throws Exception {
        Thread thread = thread();
        loop.schedule(() -> {}, Duration.ofHours(1));

        loop.close();
        loop.close();

        assertFalse(loop.tryExecute(() -> {}));
        loop.execute(() -> {});
        EventLoop.Timer timer = loop.schedule(() -> {}, Duration.ZERO);
        assertNotNull(timer);
        timer.cancel();
        thread.join(5_000);
        assertFalse(thread.isAlive());
    }

    @Test
    void shouldRunWhatItHasBeforeItEnds() {
        List<Integer> ran = new CopyOnWriteArrayList<>();
        CountDownLatch go = new CountDownLatch(1);
        loop.execute(() -> await(go));
        loop.execute(() -> ran.add(1));
        loop.execute(() -> ran.add(2));
        go.countDown();

        loop.close();

        assertEquals(List.of(1, 2), ran);
    }

    @Test
    void shouldCloseFromInside() throws Exception {
        Thread thread = thread();
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        loop.execute(() -> {
            loop.close();
            closed.complete(loop.inLoop());
        });

        assertTrue(closed.get(5, TimeUnit.SECONDS));
        thread.join(5_000);
        assertFalse(thread.isAlive());
    }

    @Test
    void shouldNotWaitLongForATaskThatHangs() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Thread thread = thread();
        loop.execute(() -> await(never));

        loop.close();

        thread.join(5_000);
        assertFalse(thread.isAlive(), "the hanging task was not interrupted");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
