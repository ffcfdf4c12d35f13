package dev.culvert.peer.internal.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Nothing is left of a message that is through, nor of a session that has ended. As many as {@code
 * -Dculvert.test.messages} and {@code -Dculvert.test.sessions} say, 10 000 and 300 otherwise.
 */
@Timeout(120)
@Tag("real-time")
class SessionLeakTest {
    private static final int MESSAGES = Integer.getInteger("culvert.test.messages", 10_000);
    private static final int SESSIONS = Integer.getInteger("culvert.test.sessions", 300);

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static long directMemory() {
        return PlatformDependent.usedDirectMemory()
                + PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    private static void exchange(TwoSessions two, int count) throws InterruptedException {
        byte[] payload = new byte[10];
        for (int done = 0; done < count; done += 100) {
            for (int i = 0; i < 100; i++) {
                var unused = two.client.send(payload);
            }
            for (int i = 0; i < 100; i++) {
                var unused = two.server.take();
                var unused2 = two.client.takeDelivered();
            }
        }
    }

    /** A stream that is kept takes some 2 KB on each side: 9 000 would be 30 MB. */
    @Test
    void shouldKeepNothingOfMessagesThatAreThrough() throws Exception {
        try (TwoSessions two = TwoSessions.up()) {
            exchange(two, MESSAGES / 10);
            long heap = usedHeap();
            long direct = directMemory();
            exchange(two, MESSAGES - MESSAGES / 10);
            Eventually.holds(() -> usedHeap() - heap + " bytes more", () -> usedHeap() - heap < 4 << 20);
            assertTrue(directMemory() - direct < 4 << 20, directMemory() - direct + " bytes more");
            assertEquals(1, two.server.tls.engines());
        }
    }

    private static void openAndClose(int number) throws InterruptedException {
        TwoSessions two = TwoSessions.open();
        two.start();
        if (number % 3 == 0) {
            two.client.awaitUp();
            two.server.awaitUp();
        } else if (number % 3 == 1) {
            two.server.awaitUp(); // the client may not be
        }
        two.close(); // else in the middle of the handshake
        assertEquals(0, two.client.tls.engines());
        assertEquals(0, two.server.tls.engines());
    }

    @Test
    void shouldKeepNothingOfSessionsThatHaveEnded() throws Exception {
        for (int i = 0; i < SESSIONS / 6; i++) {
            openAndClose(i);
        }
        int threads = Thread.activeCount();
        long heap = usedHeap();
        long direct = directMemory();
        for (int i = SESSIONS / 6; i < SESSIONS; i++) {
            openAndClose(i);
        }
        Eventually.holds(() -> Thread.activeCount() + " threads", () -> Thread.activeCount() <= threads);
        Eventually.holds(() -> usedHeap() - heap + " bytes more", () -> usedHeap() - heap < 4 << 20);
        Eventually.holds(() -> directMemory() - direct + " bytes more", () -> directMemory() - direct < 8 << 20);
    }
}
