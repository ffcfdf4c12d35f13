package dev.culvert.peer.internal.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.SendStatus;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The app's datagrams beside messages, on paths that lose, and where nobody is there to take them. */
@Timeout(90)
class SessionDatagramsTest {
    private static final int COUNT = 3_000;
    private static final int LENGTH = 200;

    private static byte[] payload(int number) {
        byte[] bytes = new byte[LENGTH];
        new Random(number).nextBytes(bytes);
        return ByteBuffer.wrap(bytes).putInt(number).array();
    }

    private static SendStatus send(TwoSessions.End end, int number) {
        return end.session().sendDatagram(ByteBuffer.wrap(payload(number)));
    }

    /** They wait for the path's pace instead of being dropped where nobody counts them. */
    @Test
    void shouldBringMostOfABurstOnceAndIntactThoughThePathLosesATenth() throws Exception {
        Random random = new Random(7);
        try (TwoSessions two = TwoSessions.up()) {
            for (TwoSessions.End end : List.of(two.client, two.server)) {
                end.lateness = number -> {
                    synchronized (random) {
                        return random.nextInt(10) == 0 ? TwoSessions.LOST : 1 + random.nextInt(20);
                    }
                };
            }
            byte[] message = new byte[100_000];
            random.nextBytes(message);
            two.client.send(message);
            two.server.take(); // QUIC has seen how the path is
            two.client.send(message);
            for (int i = 0; i < COUNT; i++) {
                assertEquals(SendStatus.SENT, send(two.client, i));
            }
            assertArrayEquals(message, two.server.take().payload());
            Eventually.holds("8 of 10 arrived", () -> two.server.datagrams.size() >= COUNT * 8 / 10);
            Set<Integer> numbers = new HashSet<>();
            for (byte[] datagram : two.server.datagrams) {
                int number = ByteBuffer.wrap(datagram).getInt();
                assertArrayEquals(payload(number), datagram);
                assertTrue(numbers.add(number), "twice: " + number);
            }
            assertFalse(two.client.down.isDone());
        }
    }

    /** Its event loop sends nothing until the latch is down: how quick this machine is does not matter then. */
    private static CountDownLatch hold(TwoSessions.End end) {
        CountDownLatch until = new CountDownLatch(1);
        end.loop.execute(() -> {
            try {
                assertTrue(until.await(30, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return until;
    }

    @Test
    void shouldRefuseWhatWouldWaitTooLong() throws Exception {
        try (TwoSessions two = TwoSessions.up()) {
            CountDownLatch offered = hold(two.client);
            List<SendStatus> statuses = new ArrayList<>();
            int most = 2 * OutgoingDatagrams.MAX_WAITING_BYTES / LENGTH;
            while (statuses.size() < most && !statuses.contains(SendStatus.BUFFER_FULL)) {
                statuses.add(send(two.client, statuses.size()));
            }
            offered.countDown();
            assertTrue(statuses.contains(SendStatus.BUFFER_FULL), "all " + most + " were taken");
        }
    }

    /** Each takes some hundred bytes of memory, however short. */
    @Test
    void shouldKeepNoEndlessNumberOfShortOnes() throws Exception {
        try (TwoSessions two = TwoSessions.up()) {
            CountDownLatch offered = hold(two.client);
            ByteBuffer one = ByteBuffer.wrap(new byte[1]);
            int most = OutgoingDatagrams.MAX_WAITING_BYTES / 50;
            int taken = 0;
            while (taken < most && two.client.session().sendDatagram(one.rewind()) == SendStatus.SENT) {
                taken++;
            }
            offered.countDown();
            assertTrue(taken < most, "all " + most + " were taken");
        }
    }

    /** QUIC has room for so many, not for so many bytes, and drops the rest without a word. */
    @Test
    void shouldBringMostOfABurstOfShortOnes() throws Exception {
        try (TwoSessions two = TwoSessions.up()) {
            byte[] message = new byte[1 << 20];
            two.client.send(message);
            two.server.take(); // QUIC has seen how quick the path is
            for (int i = 0; i < 2 * COUNT; i++) {
                assertEquals(
                        SendStatus.SENT,
                        two.client.session().sendDatagram(ByteBuffer.allocate(4).putInt(0, i)));
            }
            Eventually.holds(
                    () -> two.server.datagrams.size() + " arrived",
                    () -> two.server.datagrams.size() >= 2 * COUNT * 8 / 10);
        }
    }

    /** A loop that has ended is no reason to throw at whoever sends. */
    @Test
    void shouldSayThatItIsClosedWhereTheLoopHasEnded() throws Exception {
        try (TwoSessions two = TwoSessions.up()) {
            two.client.loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
            assertEquals(SendStatus.CLOSED, send(two.client, 1));
        }
    }

    @Test
    void shouldTakeNoneBeforeItIsUpNorAfterItsEnd() throws Exception {
        try (TwoSessions two = TwoSessions.open()) {
            assertEquals(SendStatus.NOT_CONNECTED, send(two.client, 1));
            two.start();
            two.client.awaitUp();
            two.server.awaitUp();
            two.client.run(two.client.session()::close);
            assertEquals(SendStatus.CLOSED, send(two.client, 2));
            assertEquals(0, two.server.datagrams.size());
        }
    }
}
