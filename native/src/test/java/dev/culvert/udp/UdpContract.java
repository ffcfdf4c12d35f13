package dev.culvert.udp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of {@link UdpChannel} and {@link UdpPoller} on loopback sockets, for whatever keeps it. */
@Timeout(20)
abstract class UdpContract {
    private static final Duration LONG = Duration.ofSeconds(10);

    /** How long one poll waits, where something may come that is no datagram. */
    private static final Duration TICK = Duration.ofMillis(10);

    private UdpPoller poller;
    private final List<String> received = new ArrayList<>();

    abstract UdpPoller newPoller() throws IOException;

    @BeforeEach
    void open() throws IOException {
        poller = newPoller();
    }

    @AfterEach
    void close() {
        poller.close();
    }

    private UdpChannel bind(String host) throws IOException {
        return poller.bind(new InetSocketAddress(InetAddress.getByName(host), 0), 0, (channel, from, payload) -> {
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            received.add(from.getPort() + ":" + bytes.length);
        });
    }

    private static ByteBuffer bytes(int length) {
        return ByteBuffer.allocate(length);
    }

    @Test
    void shouldDeliverADatagramWithItsSender() throws Exception {
        UdpChannel a = bind("127.0.0.1");
        UdpChannel b = bind("127.0.0.1");

        assertEquals(UdpSendStatus.SENT, a.send(bytes(100), b.localAddress()));
        assertEquals(1, poller.poll(LONG));

        assertEquals(List.of(a.localAddress().getPort() + ":100"), received);
    }

    @Test
    void shouldCarryIpv6AndTheLargestPayload() throws Exception {
        UdpChannel a = bind("::1");
        UdpChannel b = bind("::1");

        assertEquals(UdpSendStatus.SENT, a.send(bytes(UdpChannel.MAX_PAYLOAD), b.localAddress()));
        poller.poll(LONG);

        assertEquals(List.of(a.localAddress().getPort() + ":" + UdpChannel.MAX_PAYLOAD), received);
    }

    @Test
    void shouldReportWhatCanNotBeSent() throws Exception {
        UdpChannel a = bind("127.0.0.1");
        InetSocketAddress v6 = new InetSocketAddress(InetAddress.getByName("::1"), 9);

        assertEquals(UdpSendStatus.TOO_LARGE, a.send(bytes(UdpChannel.MAX_PAYLOAD + 1), a.localAddress()));
        assertEquals(UdpSendStatus.UNREACHABLE, a.send(bytes(1), v6));
        a.close();
        a.close();
        assertEquals(UdpSendStatus.CLOSED, a.send(bytes(1), v6));
    }

    @Test
    void shouldGoOnAfterAReceiverThrows() throws Exception {
        UdpChannel sender = bind("127.0.0.1");
        UdpChannel bad =
                poller.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0, (channel, from, payload) -> {
                    throw new IllegalStateException("on purpose");
                });
        sender.send(bytes(1), bad.localAddress());
        sender.send(bytes(2), sender.localAddress());

        pollUntil(poller, () -> !received.isEmpty() && poller.receiverFailures() > 0);

        assertEquals(1, poller.receiverFailures());
    }

    @Test
    void shouldSurviveAnInterruptedSender() throws Exception {
        UdpChannel a = bind("127.0.0.1");
        Thread sender = new Thread(() -> {
            Thread.currentThread().interrupt();
            a.send(bytes(1), a.localAddress());
        });
        sender.start();
        sender.join();

        poller.poll(LONG);
        assertEquals(1, received.size());
        assertEquals(UdpSendStatus.SENT, a.send(bytes(1), a.localAddress()));
    }

    @ParameterizedTest
    @ValueSource(longs = {3_600, -1})
    void shouldWakeAPollingThreadOnClose(long seconds) throws Exception {
        Thread polling = startPolling(seconds);
        poller.close();
        polling.join(5_000);

        assertFalse(polling.isAlive());
    }

    @ParameterizedTest
    @ValueSource(longs = {3_600, -1})
    void shouldServeASocketThatIsBoundWhileItWaits(long seconds) throws Exception {
        CountDownLatch served = new CountDownLatch(1);
        Thread polling = new Thread(() -> {
            while (served.getCount() > 0) {
                poll(seconds);
            }
        });
        polling.setDaemon(true);
        polling.start();

        UdpChannel a = poller.bind(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                0,
                (channel, from, payload) -> served.countDown());
        assertEquals(UdpSendStatus.SENT, a.send(bytes(7), a.localAddress()));

        assertTrue(served.await(10, TimeUnit.SECONDS));
        poller.wakeup();
        polling.join(5_000);
        assertFalse(polling.isAlive());
    }

    @Test
    void shouldReturnFromPollWhenWokenBeforeOrMeanwhile() throws Exception {
        poller.wakeup();
        assertEquals(0, poller.poll(LONG));

        Thread polling = startPolling(-1);
        poller.wakeup();
        polling.join(5_000);
        assertFalse(polling.isAlive());
    }

    private void poll(long seconds) {
        try {
            poller.poll(Duration.ofSeconds(seconds));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A thread that waits in poll, or is about to; a negative number waits for ever. */
    private Thread startPolling(long seconds) {
        Thread polling = new Thread(() -> poll(seconds));
        polling.setDaemon(true);
        polling.start();
        return polling;
    }

    private static List<ByteBuffer> datagrams(int... lengths) {
        List<ByteBuffer> all = new ArrayList<>();
        for (int length : lengths) {
            all.add(bytes(length));
        }
        return all;
    }

    private List<String> from(UdpChannel sender, int... lengths) {
        return Arrays.stream(lengths)
                .mapToObj(length -> sender.localAddress().getPort() + ":" + length)
                .toList();
    }

    /** Polls until it is so; an error if that takes too long. */
    static void pollUntil(UdpPoller poller, BooleanSupplier holds) throws IOException {
        long end = System.nanoTime() + LONG.toNanos();
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() - end < 0, "not within " + LONG);
            poller.poll(TICK);
        }
    }

    /** Runs of one length, of which the last is shorter, and such that are none. */
    @Test
    void shouldSendABatchInOrderWhateverTheLengths() throws Exception {
        UdpChannel a = bind("127.0.0.1");
        UdpChannel b = bind("127.0.0.1");
        int[] lengths = {100, 100, 100, 40, 1_200, 1_200, 1_200, 1_201, 0, 5, 5, 0, 0, 1, 30_000, 30_000, 30_000, 65_507
        };
        List<ByteBuffer> batch = datagrams(lengths);

        assertEquals(lengths.length, a.send(batch, b.localAddress()));
        pollUntil(poller, () -> received.size() == lengths.length);

        assertEquals(from(a, lengths), received);
        assertTrue(batch.stream().noneMatch(ByteBuffer::hasRemaining), "all are consumed");
    }

    @Test
    void shouldKeepDatagramsOfABatchApart() throws Exception {
        List<String> texts = new ArrayList<>();
        UdpChannel to =
                poller.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0, (channel, from, payload) -> {
                    payload.rewind(); // an app may
                    texts.add(US_ASCII.decode(payload).toString());
                });
        UdpChannel from = bind("127.0.0.1");
        List<ByteBuffer> batch = new ArrayList<>();
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sent.add("datagram " + (1_000 + i));
            ByteBuffer buffer = i % 2 == 0 ? ByteBuffer.allocate(64) : ByteBuffer.allocateDirect(64);
            batch.add(buffer.position(7)
                    .put(sent.get(i).getBytes(US_ASCII))
                    .flip()
                    .position(7));
        }

        int left = 0;
        while (left < batch.size()) {
            left += from.send(batch.subList(left, batch.size()), to.localAddress());
            poller.poll(Duration.ZERO);
        }
        pollUntil(poller, () -> texts.size() == sent.size());

        assertEquals(sent, texts);
    }

    /** Both use the memory of one datagram for the next. */
    @Test
    void shouldShowEachDatagramAnewWhateverWasDoneToTheLast() throws Exception {
        List<Short> numbers = new ArrayList<>();
        UdpChannel to =
                poller.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0, (channel, from, payload) -> {
                    numbers.add(payload.getShort());
                    payload.order(ByteOrder.LITTLE_ENDIAN);
                });
        UdpChannel from = bind("127.0.0.1");
        byte[] two = {0, 2};

        for (int i = 0; i < 10; i++) {
            assertEquals(UdpSendStatus.SENT, from.send(ByteBuffer.wrap(two), to.localAddress()));
            assertEquals(2, from.send(List.of(ByteBuffer.wrap(two), ByteBuffer.wrap(two)), to.localAddress()));
        }
        pollUntil(poller, () -> numbers.size() == 30);

        assertEquals(Collections.nCopies(30, (short) 2), numbers);
    }

    @Test
    void shouldDeliverNothingMoreOnceAReceiverHasClosedItsChannel() throws Exception {
        UdpChannel from = bind("127.0.0.1");
        AtomicInteger delivered = new AtomicInteger();
        UdpChannel to = poller.bind(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0, (channel, sender, payload) -> {
                    delivered.incrementAndGet();
                    channel.close();
                });

        assertEquals(20, from.send(datagrams(IntStream.range(1, 21).toArray()), to.localAddress()));
        assertEquals(UdpSendStatus.SENT, from.send(bytes(1), from.localAddress()));
        pollUntil(poller, () -> !received.isEmpty() && delivered.get() > 0);

        assertEquals(1, delivered.get());
    }

    /** More than an area of the native core takes: in number, then in bytes. */
    @ParameterizedTest
    @CsvSource({"600, 20", "150, 1200"})
    void shouldSendMoreAtOnceThanFitsOneCall(int count, int length) throws Exception {
        List<String> texts = new ArrayList<>();
        UdpChannel to = poller.bind(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1 << 20, (channel, from, payload) -> {
                    int number = payload.getInt();
                    texts.add(number + ":" + payload.remaining() + ":" + payload.get(payload.limit() - 1));
                });
        UdpChannel from = bind("127.0.0.1");
        List<ByteBuffer> batch = new ArrayList<>();
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batch.add(bytes(length).putInt(0, i).put(length - 1, (byte) 7));
            sent.add(i + ":" + (length - Integer.BYTES) + ":7");
        }

        int left = 0;
        while (left < count) {
            left += from.send(batch.subList(left, Math.min(left + 300, count)), to.localAddress());
            int so = left;
            pollUntil(poller, () -> texts.size() == so);
        }

        assertEquals(sent, texts);
    }

    @Test
    void shouldTellHowManyOfABatchWereSent() throws Exception {
        UdpChannel a = bind("127.0.0.1");
        List<ByteBuffer> batch = datagrams(10, 10, UdpChannel.MAX_PAYLOAD + 1, 10);

        assertEquals(2, a.send(batch, a.localAddress()));

        assertFalse(batch.get(1).hasRemaining());
        assertTrue(batch.get(2).hasRemaining());
        assertEquals(10, batch.get(3).remaining());
        assertEquals(0, a.send(batch.subList(2, 4), a.localAddress()));
        assertEquals(0, a.send(List.of(), a.localAddress()));
        a.close();
        assertEquals(0, a.send(batch.subList(3, 4), a.localAddress()));
    }

    @Test
    void shouldSendNothingToAnUnresolvedName() throws Exception {
        UdpChannel a = bind("127.0.0.1");
        InetSocketAddress nowhere = InetSocketAddress.createUnresolved("nowhere.invalid", 9);

        assertEquals(UdpSendStatus.UNREACHABLE, a.send(bytes(1), nowhere));
        assertEquals(0, a.send(datagrams(1), nowhere));
        assertEquals(UdpChannel.UNKNOWN_MTU, a.pathMtu(nowhere));
    }

    @Test
    void shouldKnowTheMtuOfLoopback() throws Exception {
        UdpChannel a = bind("127.0.0.1");
        int mtu =
                NetworkInterface.getByInetAddress(a.localAddress().getAddress()).getMTU();

        assertEquals(Math.min(mtu, 65_535), a.pathMtu(a.localAddress()));
    }

    @Test
    void shouldRefuseAnAddressThatIsNotLocal() {
        assertThrows(IOException.class, () -> bind("192.0.2.250"));
    }

    @Test
    void shouldCloseItsChannelsWithItself() throws Exception {
        UdpChannel a = bind("127.0.0.1");
        UdpChannel b = bind("127.0.0.1");

        poller.close();

        assertEquals(UdpSendStatus.CLOSED, a.send(bytes(1), b.localAddress()));
        assertEquals(UdpSendStatus.CLOSED, b.send(bytes(1), a.localAddress()));
    }

    @Test
    void shouldBindNothingOnceClosed() throws Exception {
        poller.close();

        assertThrows(IOException.class, () -> bind("127.0.0.1"));
    }

    /** Whichever comes first: a socket is the poller's to close, or is not opened. */
    @Test
    void shouldLeaveNoSocketThatWasBoundWhileItClosed() throws Exception {
        File fds = new File("/proc/self/fd");
        Assumptions.assumeTrue(fds.isDirectory(), "descriptors are counted on Linux only");
        newPoller().close();
        int before = fds.list().length;

        for (int i = 0; i < 1_000; i++) {
            UdpPoller closing = newPoller();
            CountDownLatch binding = new CountDownLatch(1);
            Thread binds = new Thread(() -> {
                try {
                    while (true) {
                        closing.bind(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                0,
                                (channel, from, payload) -> {});
                        binding.countDown();
                    }
                } catch (IOException e) {
                    binding.countDown(); // it is closed
                }
            });
            binds.start();
            binding.await();
            closing.close();
            binds.join();
        }

        assertEquals(before, fds.list().length);
    }

    @Test
    void shouldGiveBackEveryDescriptor() throws Exception {
        File fds = new File("/proc/self/fd");
        Assumptions.assumeTrue(fds.isDirectory(), "descriptors are counted on Linux only");
        bind("127.0.0.1").close();
        poller.poll(Duration.ZERO);
        int before = fds.list().length;

        for (int i = 0; i < 500; i++) {
            bind("127.0.0.1").close();
            poller.poll(Duration.ZERO);
        }

        assertEquals(before, fds.list().length);
    }
}
