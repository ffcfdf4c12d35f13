package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static dev.culvert.ice.LoopbackPair.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.ConnectionState;
import dev.culvert.transport.TransportClosedException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CloseTest {
    @RepeatedTest(20)
    void shouldBeginNoCallbackAfterCloseHasReturned() throws Exception {
        AtomicBoolean closeReturned = new AtomicBoolean();
        AtomicInteger late = new AtomicInteger();
        CountDownLatch flowing = new CountDownLatch(50);
        ContextConfig config = ContextConfig.handler(payload -> {
            if (closeReturned.get()) {
                late.incrementAndGet();
            }
            flowing.countDown();
        });
        try (LoopbackPair pair = LoopbackPair.connected(config)) {
            AtomicBoolean stop = new AtomicBoolean();
            Thread sender = new Thread(() -> {
                while (!stop.get()) {
                    pair.a.send(text("x"));
                }
            });
            sender.start();
            flowing.await();

            pair.b.close();
            closeReturned.set(true);
            long received = pair.b.stats().receivedPackets();
            // Give a late callback its chance: wait until the sender has sent as much again.
            long sent = pair.a.stats().sentPackets();
            while (pair.a.stats().sentPackets() < sent + 200) {
                Thread.onSpinWait();
            }
            stop.set(true);
            sender.join();

            assertEquals(0, late.get());
            assertTrue(pair.b.stats().receivedPackets() <= received + 1, "data still reaches a closed context");
        }
    }

    @Test
    void shouldCloseFromInsideItsOwnHandler() throws Exception {
        AtomicReference<IceContext> self = new AtomicReference<>();
        CompletableFuture<Long> tookMillis = new CompletableFuture<>();
        ContextConfig config = ContextConfig.handler(payload -> {
            long start = System.nanoTime();
            self.get().close();
            tookMillis.complete(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        });
        IceEndpoint endpoint = IceEndpoint.open(LOOPBACK);
        try (IceContext a = IceContext.open(LOOPBACK);
                endpoint) {
            IceContext b = endpoint.openContext(config);
            self.set(b);
            LoopbackPair.connect(a, b);
            a.send(text("close yourself"));

            assertTrue(tookMillis.get(10, TimeUnit.SECONDS) < 1_000, "waited for itself");
            assertEquals(ConnectionState.CLOSED, b.state());
            assertEquals(0, endpoint.contextCount());
            assertEquals(0, endpoint.routeCount());
        }
    }

    @Test
    void shouldCloseAnOwnedEndpointFromInsideAHandler() throws Exception {
        AtomicReference<IceContext> self = new AtomicReference<>();
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        ContextConfig config = ContextConfig.handler(payload -> {
            self.get().close();
            closed.complete(true);
        });
        try (LoopbackPair pair = LoopbackPair.open(config)) {
            self.set(pair.b);
            pair.connect();
            pair.a.send(text("close yourself"));

            assertTrue(closed.get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void shouldWaitAtMostASecondForAStuckHandler() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ContextConfig config = ContextConfig.handler(payload -> {
            inside.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        IceEndpoint endpoint = IceEndpoint.open(LOOPBACK);
        try (IceContext a = IceContext.open(LOOPBACK);
                endpoint) {
            IceContext b = endpoint.openContext(config);
            LoopbackPair.connect(a, b);
            a.send(text("stuck"));
            inside.await();

            long start = System.nanoTime();
            b.close();
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            release.countDown();

            assertTrue(millis >= 900 && millis < 2_000, "close took " + millis + " ms");
        }
    }

    @Test
    void shouldLetASecondCloserOfTheEndpointWaitForARunningHandlerToo() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicBoolean running = new AtomicBoolean();
        ContextConfig config = ContextConfig.handler(payload -> {
            running.set(true);
            inside.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            running.set(false);
        });
        IceEndpoint endpoint = IceEndpoint.open(LOOPBACK);
        try (IceContext a = IceContext.open(LOOPBACK);
                endpoint) {
            IceContext b = endpoint.openContext(config);
            LoopbackPair.connect(a, b);
            a.send(text("busy"));
            inside.await();
            CompletableFuture<Void> first = CompletableFuture.runAsync(endpoint::close, OwnThread.EACH);
            Eventually.holds("the first close has begun", () -> b.state() == ConnectionState.CLOSED);

            CompletableFuture<Boolean> second = CompletableFuture.supplyAsync(
                    () -> {
                        endpoint.close();
                        return running.get();
                    },
                    OwnThread.EACH);
            assertFalse(Eventually.within(Duration.ofMillis(200), second::isDone), "did not wait");
            release.countDown();

            assertFalse(second.join(), "a handler was running after close");
            first.join();
        }
    }

    @Test
    void shouldCloseTwiceAndInEveryState() {
        IceContext fresh = IceContext.open(LOOPBACK);
        fresh.close();
        fresh.close();
        assertEquals(ConnectionState.CLOSED, fresh.state());

        IceContext gathered = IceContext.open(LOOPBACK);
        gathered.gather(TIMEOUT);
        gathered.close();
        gathered.close();
        assertEquals(ConnectionState.CLOSED, gathered.state());

        LoopbackPair pair = LoopbackPair.connected();
        pair.close();
        pair.close();
        assertEquals(ConnectionState.CLOSED, pair.a.state());
    }

    @Test
    void shouldSayThatItIsClosed() {
        IceContext closed = IceContext.open(LOOPBACK);
        IceContext other = IceContext.open(LOOPBACK);
        IceDescription remote = other.gather(TIMEOUT);
        other.close();
        closed.close();

        assertThrows(TransportClosedException.class, () -> closed.gather(TIMEOUT));
        assertThrows(TransportClosedException.class, () -> closed.connect(remote, Role.CONTROLLING, TIMEOUT));
        assertEquals(SendStatus.CLOSED, closed.send(text("no")));
        assertEquals(-1, closed.recv(ByteBuffer.allocate(1)));
    }

    @Test
    void shouldFailAPendingConnectWhenClosed() {
        IceContext context = IceContext.open(LOOPBACK);
        IceContext silent = IceContext.open(LOOPBACK);
        IceDescription remote = silent.gather(TIMEOUT);
        context.gather(TIMEOUT);
        CompletableFuture<SelectedPair> connecting = context.connectAsync(remote, Role.CONTROLLING, TIMEOUT);

        context.close();

        CompletionException failure = assertThrows(CompletionException.class, connecting::join);
        assertEquals(TransportClosedException.class, failure.getCause().getClass());
        silent.close();
    }

    @Test
    void shouldEndItsThreadsWithTheEndpoint() {
        Set<Thread> before = ProcessFootprint.threads();
        IceEndpoint endpoint = IceEndpoint.open(LOOPBACK);
        IceContext context = endpoint.openContext();
        context.gather(TIMEOUT);
        endpoint.close();
        endpoint.close();

        assertEquals(ConnectionState.CLOSED, context.state());
        // They have done their last when close returns; that the system has let go of them takes a moment more.
        assertTrue(Eventually.within(
                Duration.ofSeconds(1),
                () -> ProcessFootprint.threads().stream()
                        .filter(thread -> !before.contains(thread)) // other tests' may be ending still
                        .noneMatch(thread -> thread.getName().matches("culvert-(io|stun|resolve).*"))));
        assertThrows(TransportClosedException.class, endpoint::openContext);
    }
}
