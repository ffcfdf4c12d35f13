package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.frame.FrameChannel;
import dev.culvert.ice.frame.FrameConfig;
import dev.culvert.ice.frame.FrameDrop;
import dev.culvert.ice.frame.FrameHub;
import dev.culvert.transport.TransportClosedException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Channels and their hub without sockets; over real ones in {@link FrameLoopbackTest}. */
@Timeout(60)
class FrameChannelTest {
    private static final FrameConfig CONFIG = FrameConfig.defaults();

    private static byte[] frame(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] bytes(ByteBuffer frame) {
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }

    /** All but the last fragment reach the channel. */
    private static void sendIncomplete(FrameHub hub, FrameChannel to) {
        List<ByteBuffer> datagrams = new ArrayList<>();
        try (FrameChannel sender = hub.openChannel(frame -> {})) {
            sender.attach(datagram -> {
                datagrams.add(
                        ByteBuffer.allocate(datagram.remaining()).put(datagram).flip());
                return SendStatus.SENT;
            });
            assertTrue(sender.send(ByteBuffer.wrap(frame(10_000))).isSent());
        }
        datagrams.subList(0, datagrams.size() - 1).forEach(to::onDatagram);
    }

    private static boolean timerRuns() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("culvert-frames-"));
    }

    @Test
    void shouldCarryFramesBothWays() {
        List<byte[]> got = new ArrayList<>();
        try (FrameHub hub = FrameHub.open(CONFIG)) {
            FrameChannel a = hub.openChannel(frame -> got.add(bytes(frame)));
            FrameChannel b = hub.openChannel(frame -> got.add(bytes(frame)));
            a.attach(datagram -> {
                b.onDatagram(datagram);
                return SendStatus.SENT;
            });
            b.attach(datagram -> {
                a.onDatagram(datagram);
                return SendStatus.SENT;
            });

            assertTrue(a.send(ByteBuffer.wrap(frame(20_000))).isSent());
            assertTrue(b.send(ByteBuffer.wrap(frame(30_000))).isSent());

            assertArrayEquals(frame(20_000), got.get(0));
            assertArrayEquals(frame(30_000), got.get(1));
            assertEquals(1, a.stats().sentFrames());
            assertEquals(1, a.stats().deliveredFrames());
            assertEquals(30_000, a.stats().deliveredBytes());
            assertEquals(0, hub.memory().used());
        }
    }

    @Test
    void shouldReleaseWhatASilentPeerBeganAndEndItsThreadOnClose() {
        FrameConfig quick =
                FrameConfig.builder().reassemblyTime(Duration.ofMillis(700)).build();
        try (FrameHub hub = FrameHub.open(quick)) {
            FrameChannel channel = hub.openChannel(frame -> {});
            for (int round = 1; round <= 2; round++) { // longer than a sweep; the timer stops in between
                long began = System.nanoTime();
                sendIncomplete(hub, channel);
                assertTrue(hub.memory().used() >= 9_000);

                Eventually.holds("memory given back", () -> hub.memory().used() == 0);

                long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                assertTrue(millis >= 700 && millis < 5_000, "after " + millis + " ms");
                assertEquals(round, channel.stats().drops(FrameDrop.EXPIRED));
            }
            assertTrue(timerRuns());
        }
        Eventually.holds("the timer's thread has ended", () -> !timerRuns());
    }

    @Test
    void shouldStartNoThreadWithoutIncompleteFrames() {
        Eventually.holds("the timers of earlier tests have ended", () -> !timerRuns());
        try (FrameHub hub = FrameHub.open(CONFIG)) {
            FrameChannel channel = hub.openChannel(frame -> {});
            channel.attach(datagram -> {
                channel.onDatagram(datagram);
                return SendStatus.SENT;
            });
            assertTrue(channel.send(ByteBuffer.wrap(frame(1_000))).isSent());
            assertEquals(1, channel.stats().deliveredFrames());

            assertFalse(timerRuns());
        }
    }

    @Test
    void shouldGiveMemoryBackWhenAChannelOrTheHubCloses() {
        FrameHub hub = FrameHub.open(CONFIG);
        FrameChannel one = hub.openChannel(frame -> {});
        FrameChannel other = hub.openChannel(frame -> {});
        sendIncomplete(hub, one);
        long each = hub.memory().used();
        sendIncomplete(hub, other);
        assertEquals(2 * each, hub.memory().used());

        one.close();
        assertEquals(each, hub.memory().used());
        hub.close();
        hub.close();

        assertEquals(0, hub.memory().used());
        assertEquals(1, other.stats().drops(FrameDrop.CLEARED));
        other.onDatagram(ByteBuffer.wrap(frame(100)));
        assertEquals(1, other.stats().drops(FrameDrop.CLOSED));
        assertEquals(SendStatus.CLOSED, other.send(ByteBuffer.wrap(frame(100))).status());
        assertThrows(TransportClosedException.class, () -> hub.openChannel(frame -> {}));
    }

    @Test
    void shouldSayNotConnectedBeforeItIsAttachedAndCountTheFrame() {
        try (FrameHub hub = FrameHub.open(CONFIG)) {
            FrameChannel channel = hub.openChannel(frame -> {});

            assertEquals(
                    SendStatus.NOT_CONNECTED,
                    channel.send(ByteBuffer.wrap(frame(100))).status());
            assertEquals(1, channel.stats().drops(FrameDrop.SEND_REFUSED));
        }
    }

    @Test
    void shouldRefuseAnOutputThatSendsFramesItself() {
        try (FrameHub hub = FrameHub.open(CONFIG)) {
            FrameChannel channel = hub.openChannel(frame -> {});
            channel.attach(datagram -> channel.send(ByteBuffer.wrap(frame(1))).status());

            assertThrows(IllegalStateException.class, () -> channel.send(ByteBuffer.wrap(frame(100))));
        }
    }

    @Test
    void shouldSendFramesOfManyThreadsOneAfterTheOther() {
        AtomicInteger wrong = new AtomicInteger();
        AtomicInteger got = new AtomicInteger();
        try (FrameHub hub = FrameHub.open(CONFIG)) {
            FrameChannel channel = hub.openChannel(frame -> {
                got.incrementAndGet();
                byte first = frame.get(0);
                while (frame.hasRemaining()) {
                    if (frame.get() != first) {
                        wrong.incrementAndGet();
                    }
                }
            });
            channel.attach(datagram -> {
                channel.onDatagram(datagram);
                return SendStatus.SENT;
            });
            List<CompletableFuture<Void>> senders = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                byte[] frame = new byte[20_000];
                Arrays.fill(frame, (byte) i);
                senders.add(CompletableFuture.runAsync(
                        () -> {
                            for (int n = 0; n < 100; n++) {
                                channel.send(ByteBuffer.wrap(frame));
                            }
                        },
                        OwnThread.EACH));
            }
            senders.forEach(CompletableFuture::join);
        }
        assertEquals(400, got.get());
        assertEquals(0, wrong.get());
    }

    @Test
    void shouldCloseFromItsHandlerAndBeginNoOther() {
        AtomicInteger calls = new AtomicInteger();
        try (FrameHub hub = FrameHub.open(CONFIG)) {
            List<FrameChannel> self = new ArrayList<>();
            FrameChannel channel = hub.openChannel(frame -> {
                calls.incrementAndGet();
                self.get(0).close();
            });
            self.add(channel);
            FrameChannel sender = hub.openChannel(frame -> {});
            sender.attach(datagram -> {
                channel.onDatagram(datagram);
                return SendStatus.SENT;
            });

            sender.send(ByteBuffer.wrap(frame(5_000)));
            sender.send(ByteBuffer.wrap(frame(5_000)));

            assertEquals(1, calls.get());
            assertEquals(5, channel.stats().drops(FrameDrop.CLOSED));
        }
    }

    /** The I/O thread, the timer and close meet; whoever comes last, nothing stays reserved. */
    @Test
    void shouldKeepNoMemoryWhenItClosesUnderTraffic() throws Exception {
        FrameConfig quick =
                FrameConfig.builder().reassemblyTime(Duration.ofMillis(1)).build();
        for (int round = 0; round < 50; round++) {
            try (FrameHub hub = FrameHub.open(quick)) {
                FrameChannel channel = hub.openChannel(frame -> {});
                CountDownLatch began = new CountDownLatch(20);
                AtomicBoolean stop = new AtomicBoolean();
                CompletableFuture<Void> traffic = CompletableFuture.runAsync(
                        () -> {
                            while (!stop.get()) {
                                sendIncomplete(hub, channel);
                                began.countDown();
                            }
                        },
                        OwnThread.EACH);
                assertTrue(began.await(10, TimeUnit.SECONDS));

                channel.close();
                assertEquals(0, hub.memory().used());
                stop.set(true);
                traffic.join();

                assertEquals(0, hub.memory().used());
            }
        }
    }
}
