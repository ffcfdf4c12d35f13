package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.receiveText;
import static dev.culvert.ice.LoopbackPair.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.BufferTooSmallException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The receive calls over real sockets; the queue's own rules are in {@link ReceiveQueueTest}. */
@Timeout(60)
class ReceiveTest {
    private static void awaitReceived(IceContext context, long packets) {
        while (context.stats().receivedPackets() < packets) {
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldKeepTheNewestSixteenOfABurstOfTwenty() throws Exception {
        try (LoopbackPair pair = LoopbackPair.connected()) {
            for (int i = 1; i <= 20; i++) {
                assertEquals(SendStatus.SENT, pair.a.send(text("message " + i)));
            }
            awaitReceived(pair.b, 20);

            for (int i = 5; i <= 20; i++) {
                assertEquals("message " + i, receiveText(pair.b, 0));
            }
            assertEquals("0", receiveText(pair.b, 0));
            assertEquals(4, pair.b.stats().drops(DropCause.QUEUE_OVERFLOW));
        }
    }

    @Test
    void shouldWakeAnInfiniteWaitWithinAHundredMillisOfShutdownInAnotherThread() throws Exception {
        try (LoopbackPair pair = LoopbackPair.connected()) {
            AtomicLong woke = new AtomicLong();
            AtomicReference<Integer> result = new AtomicReference<>();
            Thread receiver = new Thread(() -> {
                try {
                    result.set(pair.b.recvTimeout(ByteBuffer.allocate(100), -1));
                    woke.set(System.nanoTime());
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            receiver.start();
            while (receiver.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }

            long shutdown = System.nanoTime();
            pair.b.shutdown();
            receiver.join(5_000);

            assertEquals(-1, result.get());
            long millis = TimeUnit.NANOSECONDS.toMillis(woke.get() - shutdown);
            assertTrue(millis <= 100, "woke after " + millis + " ms");
        }
    }

    @Test
    void shouldNeverTruncateARead() throws Exception {
        try (LoopbackPair pair = LoopbackPair.connected()) {
            byte[] sent = new byte[1200];
            sent[1199] = 42;
            pair.a.send(ByteBuffer.wrap(sent));
            ByteBuffer small = ByteBuffer.allocate(1199);

            BufferTooSmallException refused =
                    assertThrows(BufferTooSmallException.class, () -> pair.b.recvTimeout(small, -1));

            ByteBuffer exact = ByteBuffer.allocate(refused.required());
            assertEquals(1200, pair.b.recv(exact));
            assertEquals(42, exact.get(1199));
        }
    }

    @Test
    void shouldHandDatagramsToTheHandlerOnTheIoThread() throws Exception {
        BlockingQueue<String> threads = new LinkedBlockingQueue<>();
        ContextConfig config = ContextConfig.handler(
                payload -> threads.add(Thread.currentThread().getName() + " " + payload.remaining()));
        try (LoopbackPair pair = LoopbackPair.connected(config)) {
            pair.a.send(text("12345"));

            String seen = threads.poll(5, TimeUnit.SECONDS);
            assertTrue(seen != null && seen.startsWith("culvert-io-") && seen.endsWith(" 5"), seen);
            assertThrows(IllegalStateException.class, () -> pair.b.recv(ByteBuffer.allocate(1)));
        }
    }

    @Test
    void shouldCountAHandlerThatThrowsAndGoOn() throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        ContextConfig config = ContextConfig.handler(payload -> {
            if (payload.remaining() == 3) {
                throw new IllegalStateException("on purpose");
            }
            seen.add("alive");
        });
        try (LogCapture log = new LogCapture(DataPath.class);
                LoopbackPair pair = LoopbackPair.connected(config)) {
            pair.a.send(text("bad"));
            pair.a.send(text("good"));

            assertEquals("alive", seen.poll(5, TimeUnit.SECONDS));
            assertEquals(1, pair.b.stats().drops(DropCause.HANDLER_FAILED));
            assertTrue(log.has("handler threw"), () -> "logged: " + log.lines());
        }
    }

    /** An Error from one app's handler must not end the thread that reads for every peer. */
    @Test
    void shouldCountAHandlerThatFailsWithAnErrorAndGoOn() throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        ContextConfig config = ContextConfig.handler(payload -> {
            if (payload.remaining() == 3) {
                throw new AssertionError("on purpose");
            }
            seen.add("alive");
        });
        try (LogCapture log = new LogCapture(DataPath.class);
                LoopbackPair pair = LoopbackPair.connected(config)) {
            pair.a.send(text("bad"));
            pair.a.send(text("good"));

            assertEquals("alive", seen.poll(5, TimeUnit.SECONDS));
            assertEquals(1, pair.b.stats().drops(DropCause.HANDLER_FAILED));
            assertTrue(log.has("handler threw"), () -> "logged: " + log.lines());
        }
    }

    @Test
    void shouldNotDeliverAfterShutdown() throws Exception {
        try (LoopbackPair pair = LoopbackPair.connected()) {
            pair.b.shutdown();
            pair.a.send(text("late"));
            awaitReceived(pair.b, 1);
            // It is counted as received a moment before it is counted as dropped.
            Eventually.holds("a drop", () -> pair.b.stats().drops(DropCause.AFTER_SHUTDOWN) == 1);

            assertEquals(-1, pair.b.recv(ByteBuffer.allocate(100)));
            assertEquals(SendStatus.CLOSED, pair.b.send(text("no")));
        }
    }
}
