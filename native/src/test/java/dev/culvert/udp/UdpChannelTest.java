package dev.culvert.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of {@link UdpChannel} and {@link UdpPoller}, on loopback sockets. */
@Timeout(20)
class UdpChannelTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    private UdpPoller poller;
    private final List<String> received = new ArrayList<>();

    @BeforeEach
    void open() {
        poller = UdpPoller.open();
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

        while (received.isEmpty() || poller.receiverFailures() == 0) {
            poller.poll(LONG);
        }

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
        Thread polling = startPolling(seconds); // bind wakes it, which ends its poll
        UdpChannel a = bind("127.0.0.1");
        polling.join(5_000);
        assertFalse(polling.isAlive());

        Thread again = startPolling(seconds);
        assertEquals(UdpSendStatus.SENT, a.send(bytes(7), a.localAddress()));
        again.join(5_000);

        assertFalse(again.isAlive());
        assertEquals(1, received.size());
    }

    /** A thread that waits in poll, or is about to; a negative number waits for ever. */
    private Thread startPolling(long seconds) {
        Thread polling = new Thread(() -> {
            try {
                poller.poll(Duration.ofSeconds(seconds));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        polling.setDaemon(true);
        polling.start();
        return polling;
    }

    @Test
    void shouldRefuseAnAddressThatIsNotLocal() {
        assertThrows(IOException.class, () -> bind("192.0.2.250"));
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
