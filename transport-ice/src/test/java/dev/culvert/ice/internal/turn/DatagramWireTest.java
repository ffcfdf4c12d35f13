package dev.culvert.ice.internal.turn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.culvert.udp.UdpPoller;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A wire of UDP. */
@Timeout(30)
class DatagramWireTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final AtomicInteger strangers = new AtomicInteger();
    private final List<String> heard = new ArrayList<>();

    private final TurnWire.Receiver receiver = new TurnWire.Receiver() {
        @Override
        public void onMessage(ByteBuffer message) {
            heard.add(UTF_8.decode(message).toString());
        }

        @Override
        public void onEnd(String reason) {
            throw new AssertionError(reason);
        }
    };

    @Test
    void shouldHearItsServerOnly() throws IOException {
        try (UdpPoller poller = UdpPoller.open();
                DatagramSocket server = new DatagramSocket(0, LOOPBACK);
                DatagramSocket stranger = new DatagramSocket(0, LOOPBACK)) {
            InetSocketAddress at = new InetSocketAddress(LOOPBACK, server.getLocalPort());
            try (TurnWire wire = new DatagramWire(poller, LOOPBACK, at, 0, strangers::incrementAndGet, receiver)) {
                wire.send(ByteBuffer.wrap("request".getBytes(UTF_8)));
                DatagramPacket request = new DatagramPacket(new byte[100], 100);
                server.receive(request);
                byte[] forged = "forged".getBytes(UTF_8);
                byte[] genuine = "genuine".getBytes(UTF_8);
                stranger.send(new DatagramPacket(forged, forged.length, request.getSocketAddress()));
                server.send(new DatagramPacket(genuine, genuine.length, request.getSocketAddress()));
                while (heard.isEmpty()) {
                    poller.poll(Duration.ofSeconds(5));
                }

                assertEquals(List.of("genuine"), heard);
                assertEquals(1, strangers.get());
            }
        }
    }

    @Test
    void shouldRefuseAnAddressOfAnotherFamily() throws IOException {
        try (UdpPoller poller = UdpPoller.open()) {
            InetSocketAddress server = new InetSocketAddress("2001:db8::1", 3_478);

            assertThrows(
                    IOException.class,
                    () -> new DatagramWire(poller, LOOPBACK, server, 0, strangers::incrementAndGet, receiver));
        }
    }
}
