package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.culvert.ice.internal.StunAttribute;
import dev.culvert.ice.internal.StunBuilder;
import dev.culvert.ice.internal.StunMessage;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A TURN server that grants relays which are over at once. */
@Timeout(60)
@Tag("real-time")
class RelayLossTest {
    private static final int ALLOCATE = 3;

    private final AtomicInteger asked = new AtomicInteger();

    private void serve(DatagramSocket socket) {
        byte[] buffer = new byte[2_000];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                StunMessage request = StunMessage.parse(Arrays.copyOf(buffer, packet.getLength()))
                        .orElseThrow();
                if (request.method() == ALLOCATE) {
                    asked.incrementAndGet();
                }
                byte[] answer = new StunBuilder((short) (request.method() | 0x100), request.transactionId(), 100)
                        .putXorAddress(StunAttribute.XOR_RELAYED_ADDRESS, new InetSocketAddress("127.0.0.1", 50_000))
                        .putInt(StunAttribute.LIFETIME, 0)
                        .build();
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            } catch (IOException e) {
                return;
            }
        }
    }

    @Test
    void shouldNotAskAgainWithoutAPauseWhenEveryRelayIsLostAtOnce() throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> serve(socket), "bad-turn-server");
            server.setDaemon(true);
            server.start();
            IceConfig config = IceConfig.builder()
                    .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                    .turnServers(List.of(new TurnServer(
                            "127.0.0.1",
                            socket.getLocalPort(),
                            TurnTransport.UDP,
                            new TurnCredentials("lab", "secret"))))
                    .relayOnly(true)
                    .build();
            try (IceContext context = IceContext.open(config)) {
                var unused = context.gatherAsync(LoopbackPair.TIMEOUT);

                boolean stormed = Eventually.within(Duration.ofSeconds(3), () -> asked.get() > 50);

                assertFalse(stormed, () -> asked.get() + " allocations within 3 s");
            }
        }
    }

    /** CLOSED tells an app that the context has ended; this one is about to find another path. */
    @Test
    void shouldNotSayThatTheContextIsClosedWhenOnlyItsRelayIsLost() throws Exception {
        String program = Turnserver.require();
        String[] user = {"--lt-cred-mech", "--user=lab:secret"};
        TurnCredentials lab = new TurnCredentials("lab", "secret");
        try (Turnserver mortal = Turnserver.relay(program, user);
                Turnserver lasting = Turnserver.relay(program, user);
                IceContext a = IceContext.open(only(mortal.turn(TurnTransport.UDP, lab)));
                IceContext b = IceContext.open(only(lasting.turn(TurnTransport.UDP, lab)))) {
            LoopbackPair.connect(a, b);
            LoopbackPair.awaitNominated(a, b);
            mortal.close();
            a.checkPath();

            AtomicReference<SendStatus> status = new AtomicReference<>();
            Eventually.holds("the loss is noticed", () -> {
                status.set(a.send(LoopbackPair.text("data")));
                return status.get() != SendStatus.SENT;
            });

            assertFalse(a.state().isOver());
            assertEquals(SendStatus.UNREACHABLE, status.get());
        }
    }

    private static IceConfig only(TurnServer server) {
        return IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .turnServers(List.of(server))
                .relayOnly(true)
                .build();
    }
}
