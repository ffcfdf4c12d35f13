package dev.culvert.peer.internal.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.MessageId;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Somebody sends datagrams that look like ours, while messages are exchanged: none of them does anything. As many as
 * {@code -Dculvert.test.forged} says, 100 000 otherwise.
 */
@Timeout(120)
class ForgedPacketsTest {
    private static final int FORGED = Integer.getInteger("culvert.test.forged", 100_000);
    private static final int PER_MESSAGE = 200;

    private final ForgedPackets forge = new ForgedPackets(4);
    private final Random random = new Random(4);

    private static long directMemory() {
        return PlatformDependent.usedDirectMemory()
                + PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    @Test
    void shouldCarryMessagesThroughForgedPackets() throws Exception {
        try (TwoSessions two = TwoSessions.open()) {
            two.client.records = true;
            two.server.records = true;
            two.start();
            two.client.awaitUp();
            two.server.awaitUp();
            List<byte[]> toServer = List.copyOf(two.client.recorded);
            List<byte[]> toClient = List.copyOf(two.server.recorded);
            two.client.records = false;
            two.server.records = false;

            List<MessageId> sent = new ArrayList<>();
            long memory = 0;
            for (int i = 0; i < FORGED; i++) {
                boolean atServer = random.nextBoolean();
                TwoSessions.End at = atServer ? two.server : two.client;
                at.receive(forge.any(two, atServer ? toServer : toClient));
                if (i % PER_MESSAGE == 0) {
                    sent.add(two.client.send(new byte[random.nextInt(5_000)]));
                    var unused = two.server.send(new byte[random.nextInt(5_000)]);
                }
                if (i == FORGED / 10) {
                    memory = directMemory();
                }
            }
            for (MessageId id : sent) {
                assertEquals(id, two.server.take().id());
                assertEquals(id, two.client.takeDelivered());
                var unused = two.client.take();
                var unused2 = two.server.takeDelivered();
            }
            assertNull(two.server.arrived.poll());
            assertNull(two.client.arrived.poll());
            assertFalse(two.client.down.isDone() || two.server.down.isDone());
            assertEquals(1, two.client.tls.engines());
            assertEquals(1, two.server.tls.engines());
            long foreign = two.server.counters.foreign.sum() + two.server.counters.backlog.sum();
            assertTrue(foreign > FORGED / 10, foreign + " foreign");
            long before = memory;
            Eventually.holds(() -> directMemory() - before + " bytes more", () -> directMemory() - before < 16 << 20);
        }
    }

    /** Before there is a connection it is for the first packet to begin one; somebody else's does not, and is forgotten. */
    @Test
    void shouldComeUpAfterForgedFirstPackets() throws Exception {
        try (TwoSessions two = TwoSessions.open()) {
            two.server.run(() -> two.server.session().start());
            for (int i = 0; i < 1_000; i++) {
                two.server.receive(forge.initial(TwoSessions.randomId()));
            }
            two.server.run(() -> {});
            assertEquals(0, two.server.tls.engines());
            two.client.run(() -> two.client.session().start());
            two.client.awaitUp();
            two.server.awaitUp();
            assertEquals(1, two.server.tls.engines());
        }
    }
}
