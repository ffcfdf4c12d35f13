package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.frame.FrameChannel;
import dev.culvert.ice.frame.FrameConfig;
import dev.culvert.ice.frame.FrameDrop;
import dev.culvert.ice.frame.FrameHub;
import dev.culvert.ice.frame.FrameOutput;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Frames between two contexts that receive through handlers, over real sockets. */
@Timeout(60)
class FrameLoopbackTest {
    private static final int MIB = 1 << 20;
    private static final List<Integer> LENGTHS = List.of(1, 230_000, MIB, 230_000, 1_186, MIB, 230_000, 230_000, MIB);

    /** Datagrams on their way at once: few enough for the kernel's least buffer. */
    private static final int WINDOW = 48;

    private final BlockingQueue<ByteBuffer> atA = new LinkedBlockingQueue<>();
    private final BlockingQueue<ByteBuffer> atB = new LinkedBlockingQueue<>();

    private static byte[] frame(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] bytes(ByteBuffer frame) {
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }

    /** Waits while the window is full. */
    private static FrameOutput paced(IceContext from, IceContext to) {
        return datagram -> {
            Eventually.holds(
                    "the peer keeps up",
                    () -> from.stats().sentPackets() - to.stats().receivedPackets() < WINDOW);
            return from.send(datagram);
        };
    }

    private static void sendAll(FrameChannel channel, int firstSeed) {
        for (int i = 0; i < LENGTHS.size(); i++) {
            assertTrue(channel.send(ByteBuffer.wrap(frame(LENGTHS.get(i), firstSeed + i)))
                    .isSent());
        }
    }

    private static void assertAllArrive(BlockingQueue<ByteBuffer> at, int firstSeed) throws InterruptedException {
        for (int i = 0; i < LENGTHS.size(); i++) {
            ByteBuffer got = at.poll(20, TimeUnit.SECONDS);
            assertTrue(got != null, "frame " + i + " did not arrive");
            assertArrayEquals(frame(LENGTHS.get(i), firstSeed + i), bytes(got));
        }
    }

    @Test
    void shouldCarryLargeFramesBothWaysAtOnce() throws Exception {
        try (FrameHub hub = FrameHub.open(FrameConfig.defaults());
                FrameChannel channelA = hub.openChannel(atA::add);
                FrameChannel channelB = hub.openChannel(atB::add);
                IceContext a = IceContext.open(LoopbackPair.LOOPBACK, ContextConfig.handler(channelA));
                IceContext b = IceContext.open(LoopbackPair.LOOPBACK, ContextConfig.handler(channelB))) {
            LoopbackPair.connect(a, b);
            channelA.attach(paced(a, b));
            channelB.attach(paced(b, a));

            CompletableFuture<Void> back = CompletableFuture.runAsync(() -> sendAll(channelB, 100), OwnThread.EACH);
            sendAll(channelA, 200);
            back.join();

            assertAllArrive(atB, 200);
            assertAllArrive(atA, 100);
            for (FrameChannel channel : List.of(channelA, channelB)) {
                assertEquals(LENGTHS.size(), channel.stats().sentFrames());
                assertEquals(Map.of(), channel.stats().drops());
            }
            assertEquals(0, hub.memory().used());
        }
    }

    /** Datagrams of the app's own between the fragments do no harm. */
    @Test
    void shouldCountWhatIsNoFragment() throws Exception {
        try (FrameHub hub = FrameHub.open(FrameConfig.defaults());
                FrameChannel channel = hub.openChannel(atB::add);
                FrameChannel sender = hub.openChannel(atA::add);
                LoopbackPair pair = LoopbackPair.connected(ContextConfig.handler(channel))) {
            sender.attach(paced(pair.a, pair.b));

            assertEquals(SendStatus.SENT, pair.a.send(LoopbackPair.text("no fragment")));
            assertTrue(sender.send(ByteBuffer.wrap(frame(20_000, 1))).isSent());

            ByteBuffer got = atB.poll(10, TimeUnit.SECONDS);
            assertTrue(got != null);
            assertArrayEquals(frame(20_000, 1), bytes(got));
            assertEquals(1, channel.stats().drops(FrameDrop.MALFORMED));
        }
    }
}
