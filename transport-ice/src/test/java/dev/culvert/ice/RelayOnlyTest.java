package dev.culvert.ice;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.culvert.ice.internal.BindingMessages;
import dev.culvert.ice.internal.TransactionId;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a peer can make a side do that must show nothing but its relays. */
@Timeout(60)
class RelayOnlyTest {
    private static final TurnCredentials LAB = new TurnCredentials("lab", "secret");

    /** The peer sends one context's check to the other context's relay. */
    @Test
    void shouldOpenNoSocketOfItsOwnWhenACheckComesOverAnotherContextsRelay() throws Exception {
        try (Turnserver server = Turnserver.relay(Turnserver.require(), "--lt-cred-mech", "--user=lab:secret");
                DatagramSocket peer = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                IceEndpoint endpoint = IceEndpoint.open(IceConfig.builder()
                        .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                        .turnServers(List.of(server.turn(TurnTransport.UDP, LAB)))
                        .relayOnly(true)
                        .build())) {
            IceContext a = endpoint.openContext();
            IceContext b = endpoint.openContext();
            IceDescription ofA = a.gather(LoopbackPair.TIMEOUT);
            IceDescription ofB = b.gather(LoopbackPair.TIMEOUT);
            Set<SocketAddress> relays = new HashSet<>();
            relays.add(ofA.candidates().get(0).address());
            relays.add(ofB.candidates().get(0).address());
            IceDescription remote = new IceDescription(
                    "hostile",
                    "aPasswordOfTwentyTwoCharacters",
                    List.of(new IceCandidate(
                            "1",
                            1_000,
                            new InetSocketAddress("127.0.0.1", peer.getLocalPort()),
                            CandidateType.HOST,
                            null)),
                    false);
            var unusedOne = a.connectAsync(remote, Role.CONTROLLED, LoopbackPair.TIMEOUT);
            var unusedOther = b.connectAsync(remote, Role.CONTROLLED, LoopbackPair.TIMEOUT);

            byte[] check = BindingMessages.check(
                    new TransactionId(1, 2),
                    new BindingMessages.Credentials(
                            ofB.ufrag() + ":hostile", true, 1, ofB.password().getBytes(UTF_8)));
            peer.setSoTimeout(1_000);
            Set<SocketAddress> strangers = new HashSet<>();
            for (int i = 0; i < 12; i++) {
                DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
                try {
                    peer.receive(packet);
                } catch (SocketTimeoutException e) {
                    break;
                }
                if (!relays.contains(packet.getSocketAddress())) {
                    strangers.add(packet.getSocketAddress());
                }
                peer.send(new DatagramPacket(
                        check, check.length, ofA.candidates().get(0).address()));
            }

            assertEquals(Set.of(), strangers, "packets that came from elsewhere than the relays");
        }
    }
}
