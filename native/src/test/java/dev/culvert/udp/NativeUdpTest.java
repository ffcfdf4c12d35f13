package dev.culvert.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.udp.IcmpError.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The native core keeps the contract, and tells what the twin can not know. */
class NativeUdpTest extends UdpContract {
    private static final Duration LONG = Duration.ofSeconds(10);

    @BeforeAll
    static void findCore() {
        NativeCoreRequired.check();
    }

    @Override
    UdpPoller newPoller() throws IOException {
        return new NativeUdpPoller();
    }

    /** Keeps what it hears. */
    private static class Hearing implements UdpReceiver {
        private final List<IcmpError> errors = new ArrayList<>();
        private final List<String> info = new ArrayList<>();
        private int datagrams;

        @Override
        public void onDatagram(UdpChannel channel, InetSocketAddress from, ByteBuffer payload) {
            datagrams++;
        }

        @Override
        public void onDatagram(UdpChannel channel, InetSocketAddress from, ByteBuffer payload, PacketInfo packet) {
            InetAddress to = packet.destination();
            info.add((to == null ? "?" : to.getHostAddress()) + " " + packet.trafficClass());
            onDatagram(channel, from, payload);
        }

        @Override
        public void onIcmpError(UdpChannel channel, IcmpError error) {
            errors.add(error);
        }
    }

    private static InetSocketAddress any(String host) throws IOException {
        return new InetSocketAddress(InetAddress.getByName(host), 0);
    }

    /** Where nobody listens. */
    private static InetSocketAddress closed(UdpPoller poller, String host) throws IOException {
        UdpChannel gone = poller.bind(any(host), 0, new Hearing());
        gone.close();
        return gone.localAddress();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void shouldReportAClosedPortWithWhatWasSentThere(String host) throws Exception {
        try (UdpPoller poller = newPoller()) {
            Hearing hearing = new Hearing();
            UdpChannel channel = poller.bind(any(host), 0, hearing);
            InetSocketAddress nobody = closed(poller, host);

            assertEquals(UdpSendStatus.SENT, channel.send(ByteBuffer.wrap(new byte[] {1, 2, 3}), nobody));
            pollUntil(poller, () -> !hearing.errors.isEmpty());

            IcmpError error = hearing.errors.get(0);
            assertEquals(nobody, error.destination());
            assertEquals(nobody.getAddress(), error.offender());
            assertEquals(Kind.PORT_UNREACHABLE, error.kind());
            assertEquals(0, error.mtu());
            assertEquals(ByteBuffer.wrap(new byte[] {1, 2, 3}), error.prefix());
            assertEquals(0, poller.poll(Duration.ZERO), "the error is not reported for ever");
        }
    }

    @Test
    void shouldReportNothingMoreOnceAReceiverHasClosedItsChannel() throws Exception {
        try (UdpPoller poller = newPoller()) {
            Hearing hearing = new Hearing() {
                @Override
                public void onIcmpError(UdpChannel channel, IcmpError error) {
                    super.onIcmpError(channel, error);
                    channel.close();
                }
            };
            UdpChannel channel = poller.bind(any("127.0.0.1"), 0, hearing);
            InetSocketAddress nobody = closed(poller, "127.0.0.1");

            for (int i = 0; i < 5; i++) {
                assertEquals(UdpSendStatus.SENT, channel.send(ByteBuffer.allocate(1), nobody));
            }
            pollUntil(poller, () -> !hearing.errors.isEmpty());

            assertEquals(1, hearing.errors.size());
        }
    }

    /** On a socket of both families, too, an error names the peer as it was named when sending. */
    @Test
    void shouldSpeakOfIpv4AsIpv4OnASocketOfBoth() throws Exception {
        try (UdpPoller poller = newPoller()) {
            Hearing hearing = new Hearing();
            UdpChannel both = poller.bind(any("::"), 0, hearing);
            UdpChannel v4 = poller.bind(any("127.0.0.1"), 0, new Hearing());
            InetSocketAddress nobody = closed(poller, "127.0.0.1");

            both.send(ByteBuffer.allocate(1), nobody);
            v4.send(
                    ByteBuffer.allocate(1),
                    new InetSocketAddress("127.0.0.1", both.localAddress().getPort()));
            pollUntil(poller, () -> !hearing.errors.isEmpty() && hearing.datagrams > 0);

            assertEquals(nobody, hearing.errors.get(0).destination());
            assertEquals(List.of("127.0.0.1 0"), hearing.info);
        }
    }

    @Test
    void shouldLoseNothingForOnePeerWhenAnotherIsGone() throws Exception {
        try (UdpPoller poller = newPoller()) {
            Hearing hearing = new Hearing();
            Hearing peer = new Hearing();
            UdpChannel channel = poller.bind(any("127.0.0.1"), 0, hearing);
            UdpChannel there = poller.bind(any("127.0.0.1"), 0, peer);
            InetSocketAddress nobody = closed(poller, "127.0.0.1");

            for (int i = 0; i < 1_000; i++) {
                channel.send(ByteBuffer.allocate(10), nobody); // the next send, or receive, is told of it
                assertEquals(UdpSendStatus.SENT, channel.send(ByteBuffer.allocate(20), there.localAddress()));
                assertEquals(
                        2, channel.send(List.of(ByteBuffer.allocate(5), ByteBuffer.allocate(5)), there.localAddress()));
                poller.poll(Duration.ZERO);
            }
            pollUntil(poller, () -> peer.datagrams == 3_000);

            assertEquals(3_000, peer.datagrams);
            assertFalse(hearing.errors.isEmpty());
        }
    }

    @Test
    void shouldTellAndSetTheTrafficClass() throws Exception {
        try (UdpPoller poller = newPoller()) {
            for (String host : List.of("127.0.0.1", "::1")) {
                Hearing hearing = new Hearing();
                UdpChannel to = poller.bind(any(host), 0, hearing);
                UdpChannel from = poller.bind(any(host), 0, new Hearing());
                assertTrue(from.trafficClass(0xb8 | 2));
                assertFalse(from.trafficClass(256));
                from.send(ByteBuffer.allocate(1), to.localAddress());
                pollUntil(poller, () -> hearing.datagrams > 0);
                assertTrue(hearing.info.get(0).endsWith(" " + (0xb8 | 2)), hearing.info.toString());
            }
        }
    }

    @Test
    void shouldAnswerFromTheAddressThatWasAsked() throws Exception {
        try (UdpPoller poller = newPoller()) {
            Hearing hearing = new Hearing();
            UdpChannel all = poller.bind(any("0.0.0.0"), 0, hearing);
            List<InetSocketAddress> senders = new ArrayList<>();
            UdpChannel asks = poller.bind(any("127.0.0.1"), 0, (channel, from, payload) -> senders.add(from));

            all.send(ByteBuffer.allocate(1), asks.localAddress(), InetAddress.getByName("127.0.0.5"));
            all.send(ByteBuffer.allocate(1), asks.localAddress(), null);
            asks.send(
                    ByteBuffer.allocate(1),
                    new InetSocketAddress("127.0.0.7", all.localAddress().getPort()));
            pollUntil(poller, () -> senders.size() == 2 && hearing.datagrams > 0);

            assertEquals("127.0.0.5", senders.get(0).getAddress().getHostAddress());
            assertEquals("127.0.0.1", senders.get(1).getAddress().getHostAddress());
            assertEquals(List.of("127.0.0.7 0"), hearing.info);
        }
    }

    @Test
    void shouldCountWhatTheKernelDrops() throws Exception {
        try (UdpPoller poller = newPoller()) {
            Hearing hearing = new Hearing();
            UdpChannel to = poller.bind(any("127.0.0.1"), 4_096, hearing);
            UdpChannel from = poller.bind(any("127.0.0.1"), 0, new Hearing());
            int sent = 200;
            for (int i = 0; i < sent; i++) {
                from.send(ByteBuffer.allocate(500), to.localAddress());
            }
            while (poller.poll(Duration.ZERO) > 0) {
                // Room again: the next one that comes tells of those that did not.
            }
            int before = hearing.datagrams;
            from.send(ByteBuffer.allocate(500), to.localAddress());
            pollUntil(poller, () -> hearing.datagrams > before);

            assertTrue(to.kernelDrops() > 0);
            assertEquals(sent + 1, hearing.datagrams + to.kernelDrops());
        }
    }

    @Test
    void shouldNotTakeANewSocketForAClosedOne() throws Exception {
        try (UdpPoller poller = newPoller()) {
            UdpChannel old = poller.bind(any("127.0.0.1"), 0, new Hearing());
            old.close();
            Hearing hearing = new Hearing();
            UdpChannel fresh = poller.bind(any("127.0.0.1"), 0, hearing);

            assertEquals(UdpSendStatus.CLOSED, old.send(ByteBuffer.allocate(1), fresh.localAddress()));
            old.close();

            assertEquals(UdpSendStatus.SENT, fresh.send(ByteBuffer.allocate(1), fresh.localAddress()));
            assertEquals(1, poller.poll(LONG));
            assertEquals(1, hearing.datagrams);
        }
    }
}
