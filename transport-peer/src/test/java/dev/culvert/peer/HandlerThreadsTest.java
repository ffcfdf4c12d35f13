package dev.culvert.peer;

import static dev.culvert.peer.TwoPeers.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.Tier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where handlers run when the app brings no executor. */
@Timeout(60)
class HandlerThreadsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int FIRST_WITH_VIRTUAL = 21;

    @TempDir
    Path directory;

    @Test
    void shouldHandleOnePeersMessagesWhileAnothersHandlerTakesLong() throws Exception {
        ManyPeers peers = new ManyPeers(directory, 3);
        CountDownLatch slow = new CountDownLatch(1);
        BlockingQueue<Thread> handlers = new LinkedBlockingQueue<>();
        try (PeerTransport self = peers.builder(0).open();
                PeerTransport slowOne = peers.builder(1).open();
                PeerTransport quickOne = peers.builder(2).open()) {
            self.addContact(slowOne.localPeer()).join();
            self.addContact(quickOne.localPeer()).join();
            self.onMessage((from, message) -> {
                if (from.equals(slowOne.localPeer())) {
                    await(slow);
                } else {
                    handlers.add(Thread.currentThread());
                }
            });
            assertEquals(
                    Tier.DIRECT,
                    slowOne.send(self.localPeer(), bytes("takes long"), PATIENCE)
                            .tier());
            assertEquals(
                    Tier.DIRECT,
                    quickOne.send(self.localPeer(), bytes("quick"), PATIENCE).tier());

            Thread handler = handlers.poll(20, TimeUnit.SECONDS);
            slow.countDown();
            assertTrue(handler != null, "the quick one was not handled");
            assertTrue(handler.getName().startsWith("culvert-app-"), handler::getName);
            boolean virtual = (boolean) isVirtual(handler);
            assertEquals(Runtime.version().feature() >= FIRST_WITH_VIRTUAL, virtual);
        }
    }

    private static Object isVirtual(Thread thread) throws ReflectiveOperationException {
        if (Runtime.version().feature() < FIRST_WITH_VIRTUAL) {
            return false;
        }
        return Thread.class.getMethod("isVirtual").invoke(thread);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
