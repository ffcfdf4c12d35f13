package dev.culvert.peer.internal.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.MessageId;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The peer does not take what we send. */
@Timeout(60)
class UnreadingPeerTest {
    private final TwoSessions two = new TwoSessions();
    private final TwoSessions.End victim = two.server;
    private final RawPeer raw = new RawPeer(two, two.client);

    @AfterEach
    void end() {
        raw.close();
        two.close();
    }

    private void comeUp() throws Exception {
        raw.window = 1 << 20;
        raw.start();
        raw.ready();
    }

    private static long directMemory() {
        return PlatformDependent.usedDirectMemory()
                + PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    @Test
    void shouldKeepNoMoreThanAWindowForAPeerThatNeverReads() throws Exception {
        raw.reads = false;
        comeUp();
        long before = directMemory();
        byte[] payload = new byte[64 << 10];
        List<MessageId> ids = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) { // 64 MB
            ids.add(victim.send(payload));
        }
        victim.run(() -> {});
        long grown = directMemory() - before;
        assertTrue(grown < 16 << 20, grown + " bytes more");
        assertFalse(victim.down.isDone());
        raw.close();
        assertEquals("the peer closed the session", victim.awaitDown());
        assertEquals(ids, victim.undelivered);
    }

    /** What is sent in part can not be safe. */
    @Test
    void shouldRefuseAConfirmationOfAMessageThatIsHalfSent() throws Exception {
        raw.reads = false;
        comeUp();
        MessageId id = victim.send(new byte[8 << 20]);
        raw.record(Wire.SAFE, 1);
        assertEquals("the peer confirmed 1 messages, which can not be", victim.awaitDown());
        assertEquals(1, victim.counters.malformed.sum());
        assertEquals(List.of(id), victim.undelivered);
        assertEquals(0, victim.delivered.size());
    }

    @Test
    void shouldEndWhenThePeerStopsAMessage() throws Exception {
        raw.stops = true;
        comeUp();
        MessageId id = victim.send(new byte[8 << 20]);
        String cause = victim.awaitDown();
        assertTrue(cause.startsWith("a message's stream was closed"), cause);
        assertEquals(1, victim.counters.malformed.sum());
        assertEquals(List.of(id), victim.undelivered);
        assertEquals(1, raw.closed.get(20, TimeUnit.SECONDS));
        assertEquals(0, victim.tls.engines());
    }
}
