package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.culvert.ice.internal.turn.TurnWire;
import dev.culvert.udp.UdpPoller;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where wires to TURN servers leave from. */
@Timeout(30)
class RelaysTest {
    private static final TurnWire.Receiver NOBODY = new TurnWire.Receiver() {
        @Override
        public void onMessage(ByteBuffer message) {}

        @Override
        public void onEnd(String reason) {}
    };

    /** An app that binds the address of a VPN must not be seen at another one. */
    @ParameterizedTest
    @EnumSource(names = {"TCP", "TLS"})
    void shouldSpeakFromTheAddressThatTheAppWants(TurnTransport transport) throws Exception {
        InetAddress wanted = InetAddress.getByName("127.0.0.2");
        ScheduledThreadPoolExecutor stunThread = new ScheduledThreadPoolExecutor(1);
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
                UdpPoller poller = UdpPoller.open()) {
            TurnServer turn =
                    new TurnServer("127.0.0.1", server.getLocalPort(), transport, new TurnCredentials("lab", "secret"));
            IceConfig config = IceConfig.builder()
                    .localAddresses(List.of(wanted))
                    .turnServers(List.of(turn))
                    .build();
            try (Relays relays = new Relays(config, poller, stunThread, new DropCounters());
                    TurnWire wire = relays.wire(
                            new TurnTarget(turn, new InetSocketAddress("127.0.0.1", server.getLocalPort())), NOBODY);
                    Socket accepted = server.accept()) {
                assertEquals(wanted, accepted.getInetAddress());
            }
        } finally {
            stunThread.shutdownNow();
        }
    }
}
