package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.culvert.udp.UdpSendStatus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a context keeps its relay. */
@Timeout(60)
class ContextRelayTest {
    private static final TurnCredentials LAB = new TurnCredentials("lab", "secret");

    /** A direct path was found and died within the time that the relay lingers: the relay carries the data again. */
    @Tag("real-time")
    @Test
    void shouldKeepARelayThatIsSelectedAgainAfterItsRelease() throws Exception {
        try (Turnserver server = Turnserver.relay(Turnserver.require(), "--lt-cred-mech", "--user=lab:secret");
                IceEndpoint endpoint = IceEndpoint.open(IceConfig.builder()
                        .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                        .turnServers(List.of(server.turn(TurnTransport.UDP, LAB)))
                        .build())) {
            ContextRelay relay = new ContextRelay(endpoint.openContext(), endpoint);
            CompletableFuture<EndpointSocket> ready = new CompletableFuture<>();
            relay.gather(new ContextRelay.Listener() {
                @Override
                public void onRelay(EndpointSocket socket, InetSocketAddress from) {
                    ready.complete(socket);
                }

                @Override
                public boolean onNoRelay(boolean refused) {
                    return false;
                }
            });
            EndpointSocket socket = ready.join();
            InetSocketAddress peer = new InetSocketAddress("127.0.0.1", 9);
            relay.onSelected(socket, peer);
            relay.release();

            relay.onSelected(socket, peer);

            assertFalse(
                    Eventually.within(
                            Duration.ofSeconds(7),
                            () -> socket.send(LoopbackPair.text("data"), peer) == UdpSendStatus.CLOSED),
                    "closed under the path in use");
            assertEquals(UdpSendStatus.SENT, socket.send(LoopbackPair.text("data"), peer));
            relay.close();
        }
    }
}
