package dev.culvert.peer.internal.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.MessageId;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.nio.ByteBuffer;
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

    private final Random random = new Random(4);

    /** A first packet of QUIC version 1, as far as can be seen without its keys. */
    private byte[] initial(byte[] destination) {
        byte[] packet = new byte[1_200];
        random.nextBytes(packet);
        byte[] token = {0};
        ByteBuffer.wrap(packet)
                .put((byte) 0xc3)
                .putInt(1)
                .put((byte) destination.length)
                .put(destination)
                .put((byte) ForeignPackets.ID_LENGTH)
                .put(TwoSessions.randomId())
                .put(token)
                .putShort((short) (0x4000 | (1_200 - 6 - 21 - 20 - 3)));
        return packet;
    }

    private byte[] mutated(List<byte[]> recorded) {
        byte[] copy = recorded.get(random.nextInt(recorded.size())).clone();
        int flips = 1 + random.nextInt(4);
        for (int i = 0; i < flips; i++) {
            copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return copy;
    }

    private byte[] noise() {
        byte[] bytes = new byte[1 + random.nextInt(1_400)];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] forged(TwoSessions two, List<byte[]> recorded) {
        return switch (random.nextInt(5)) {
            case 0 -> noise();
            case 1 -> mutated(recorded);
            case 2 -> initial(TwoSessions.randomId());
            case 3 -> initial(two.firstId);
            default -> {
                byte[] longHeader = noise();
                longHeader[0] |= (byte) 0x80;
                yield longHeader;
            }
        };
    }

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
                at.receive(forged(two, atServer ? toServer : toClient));
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
                two.server.receive(initial(TwoSessions.randomId()));
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
