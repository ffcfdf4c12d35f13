package dev.culvert.ice.internal.ports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread and its sockets, with a router on loopback that the test plays. */
@Timeout(30)
class RouterPortsLoopbackTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 4_000);
    private static final Set<PortProtocol> PCP_ONLY = EnumSet.of(PortProtocol.PCP);

    private final LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final RouterPorts.Listener listener = new RouterPorts.Listener() {
        @Override
        public void onPort(InetSocketAddress local, InetSocketAddress gateway, InetSocketAddress external) {
            assertEquals(LOCAL, local);
            events.add(external.toString());
        }

        @Override
        public void onPortLost(InetSocketAddress local) {
            events.add("lost");
        }
    };
    private DatagramSocket router;
    private RouterPorts ports;
    private InetSocketAddress client;

    @BeforeEach
    void openRouter() throws IOException {
        router = new DatagramSocket(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
        router.setSoTimeout(5_000);
    }

    @AfterEach
    void close() {
        if (ports != null) {
            ports.close();
        }
        router.close();
    }

    private void open(Set<PortProtocol> protocols, RouterPorts.Listener to) {
        InetSocketAddress address = (InetSocketAddress) router.getLocalSocketAddress();
        ports = new RouterPorts(List.of(LOCAL), protocols, to, local -> Optional.of(address));
    }

    private byte[] receive() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[1_500], 1_500);
        router.receive(packet);
        client = (InetSocketAddress) packet.getSocketAddress();
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    /** What a router would answer to a MAP request. */
    private static byte[] grant(byte[] request, String external) {
        byte[] answer = request.clone();
        ByteBuffer out = ByteBuffer.wrap(answer);
        out.put(1, (byte) 0x81).putInt(8, 1_000).putLong(12, 0).putInt(20, 0);
        out.putInt(56, Ipv4.bits(Ipv4.parse(external).orElseThrow()));
        return answer;
    }

    private void send(DatagramSocket from, byte[] bytes) throws IOException {
        from.send(new DatagramPacket(bytes, bytes.length, client));
    }

    private static boolean isDeletion(byte[] request) {
        return ByteBuffer.wrap(request).getInt(4) == 0;
    }

    @Test
    void shouldTellWhatTheRouterOpenedAndRemoveItAtTheEnd() throws Exception {
        open(PCP_ONLY, listener);
        send(router, grant(receive(), "203.0.113.7"));
        assertEquals("/203.0.113.7:4000", events.poll(5, TimeUnit.SECONDS));

        CountDownLatch removed = new CountDownLatch(1);
        Thread answering = new Thread(() -> {
            try {
                byte[] request = receive();
                while (!isDeletion(request)) {
                    request = receive(); // the question may have been repeated
                }
                removed.countDown();
                send(router, grant(request, "203.0.113.7"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        answering.start();
        ports.close();
        answering.join();

        assertEquals(0, removed.getCount());
        assertNull(events.poll());
    }

    @Test
    void shouldHeedNobodyButTheRouter() throws Exception {
        open(PCP_ONLY, listener);
        byte[] request = receive();
        try (DatagramSocket other = new DatagramSocket(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0))) {
            send(other, grant(request, "203.0.113.66"));
            byte[] otherNonce = grant(request, "203.0.113.67");
            otherNonce[24] ^= 1;
            send(router, otherNonce);
            send(router, new byte[2_000]);
            send(router, new byte[0]);
            send(router, grant(request, "203.0.113.7"));
        }

        assertEquals("/203.0.113.7:4000", events.poll(5, TimeUnit.SECONDS));
        assertNull(events.poll());
    }

    @Test
    void shouldHeedOneAnswerForEachRequest() throws Exception {
        open(PCP_ONLY, listener);
        byte[] request = receive();
        send(router, grant(request, "203.0.113.7"));
        assertEquals("/203.0.113.7:4000", events.poll(5, TimeUnit.SECONDS));
        for (int i = 8; i < 100; i++) {
            send(router, grant(request, "203.0.113." + i));
        }

        assertNull(events.poll(200, TimeUnit.MILLISECONDS));
    }

    @Test
    void shouldTellNoAddressThatIsNotPublicAndRemoveThePort() throws Exception {
        open(PCP_ONLY, listener);
        byte[] request = receive();
        send(router, grant(request, "192.168.7.7"));
        while (!isDeletion(request)) {
            request = receive();
        }

        assertNull(events.poll());
    }

    @Test
    void shouldGoOnToNatPmpWhereTheRouterKnowsNoPcp() throws Exception {
        open(EnumSet.of(PortProtocol.PCP, PortProtocol.NAT_PMP), listener);
        boolean mapped = false;
        while (!mapped) {
            byte[] request = receive();
            ByteBuffer answer = ByteBuffer.allocate(16);
            if (request[0] == 2) {
                answer.putInt(0x00810001).putInt(9);
            } else if (request[1] == 0) {
                answer.putInt(0x00800000).putInt(9).putInt(0xcb007107);
            } else {
                answer.putInt(0x00810000).putInt(9).putInt(4_000 << 16 | 5_000).putInt(3_600);
                mapped = true;
            }
            byte[] bytes = new byte[answer.flip().remaining()];
            answer.get(bytes);
            send(router, bytes);
        }

        assertEquals("/203.0.113.7:5000", events.poll(5, TimeUnit.SECONDS));
    }

    @Test
    void shouldBeSilentAfterTheRaceAndEndAtOnce() throws Exception {
        open(PCP_ONLY, listener);
        receive();
        receive();
        router.setSoTimeout(600);
        try {
            assertNull(receive(), "asked once more");
        } catch (SocketTimeoutException e) {
            long start = System.nanoTime();
            ports.close();
            assertTrue(System.nanoTime() - start < Duration.ofMillis(400).toNanos(), "nobody answers anyway");
        }
    }

    @Test
    void shouldWaitForADeafRouterForHalfASecondOnly() throws Exception {
        open(PCP_ONLY, listener);
        send(router, grant(receive(), "203.0.113.7"));
        assertNotNull(events.poll(5, TimeUnit.SECONDS));

        long start = System.nanoTime();
        ports.close();
        ports.close();
        long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();

        assertTrue(millis >= 450 && millis < 1_000, () -> millis + " ms");
        assertFalse(hasThread());
    }

    private static boolean hasThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("culvert-ports"));
    }

    @Test
    void shouldSurviveAListenerThatThrowsAndCloseFromIt() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        open(PCP_ONLY, new RouterPorts.Listener() {
            @Override
            public void onPort(InetSocketAddress local, InetSocketAddress gateway, InetSocketAddress external) {
                ports.close();
                closed.countDown();
                throw new IllegalStateException("from the test");
            }

            @Override
            public void onPortLost(InetSocketAddress local) {}
        });
        byte[] request = receive();
        send(router, grant(request, "203.0.113.7"));
        assertTrue(closed.await(5, TimeUnit.SECONDS));

        while (!isDeletion(request)) {
            request = receive();
        }
    }

    @Test
    void shouldHaveNoThreadWithoutAPrivateIpv4Address() {
        List<InetSocketAddress> sockets = List.of(
                new InetSocketAddress("127.0.0.1", 4_000),
                new InetSocketAddress("203.0.113.7", 4_000),
                new InetSocketAddress("100.64.0.2", 4_000),
                new InetSocketAddress("fd00::1", 4_000),
                new InetSocketAddress("192.168.1.2", 0));
        try (RouterPorts none = new RouterPorts(sockets, listener)) {
            assertFalse(hasThread());
            none.close();
        }
    }
}
