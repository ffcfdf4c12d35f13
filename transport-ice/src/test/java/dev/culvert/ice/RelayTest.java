package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.NoUsableAddressException;
import dev.culvert.transport.Tier;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Relays of a real TURN server, coturn. */
@Timeout(60)
class RelayTest {
    private static final TurnCredentials LAB = new TurnCredentials("lab", "secret");
    private static final String[] USER = {"--lt-cred-mech", "--user=lab:secret"};

    private String program;

    @BeforeEach
    void findProgram() {
        program = Turnserver.require();
    }

    private static IceConfig only(TurnServer... servers) {
        return IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .turnServers(List.of(servers))
                .relayOnly(true)
                .build();
    }

    private static IceConfig besides(TurnServer... servers) {
        return IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .turnServers(List.of(servers))
                .build();
    }

    @Test
    void shouldCarryDataOverRelaysAloneAndTellNoOtherAddress() throws Exception {
        try (Turnserver server = Turnserver.relay(program, USER);
                IceContext a = IceContext.open(only(server.turn(TurnTransport.UDP, LAB)));
                IceContext b = IceContext.open(only(server.turn(TurnTransport.UDP, LAB)))) {
            LoopbackPair.connect(a, b);

            SelectedPair pair = a.selectedPair();
            assertEquals(Tier.RELAY, pair.tier());
            assertEquals(CandidateType.RELAYED, pair.localType());
            assertEquals(CandidateType.RELAYED, pair.remoteType());
            for (int i = 0; i < 500; i++) {
                a.send(LoopbackPair.text("there " + i));
                assertEquals("there " + i, LoopbackPair.receiveText(b, 5_000));
                b.send(LoopbackPair.text("back " + i));
                assertEquals("back " + i, LoopbackPair.receiveText(a, 5_000));
            }
            LoopbackPair.awaitNominated(a, b);
        }
    }

    @Test
    void shouldDescribeNothingButTheRelay() throws Exception {
        try (Turnserver server = Turnserver.relay(program, USER);
                IceContext context = IceContext.open(only(server.turn(TurnTransport.UDP, LAB)))) {
            List<IceCandidate> candidates = context.gather(LoopbackPair.TIMEOUT).candidates();

            assertEquals(1, candidates.size());
            assertEquals(CandidateType.RELAYED, candidates.get(0).type());
            assertNull(candidates.get(0).relatedAddress());
            assertTrue(candidates.get(0).toSdp().contains("raddr 0.0.0.0 rport 9"));
        }
    }

    @Test
    void shouldTakeTheServerThatAnswersWithoutWaitingForOneThatDoesNot() throws Exception {
        try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                Turnserver server = Turnserver.relay(program, USER);
                IceContext context = IceContext.open(only(
                        new TurnServer("127.0.0.1", silent.getLocalPort(), TurnTransport.UDP, LAB),
                        server.turn(TurnTransport.UDP, LAB)))) {
            long start = System.nanoTime();
            context.gather(LoopbackPair.TIMEOUT);

            assertTrue(System.nanoTime() - start < Duration.ofSeconds(3).toNanos(), "waited for the silent one");
        }
    }

    @Test
    void shouldSayWhatIsWrongWithTheCredentials() throws Exception {
        try (Turnserver server = Turnserver.relay(program, USER);
                IceContext context =
                        IceContext.open(only(server.turn(TurnTransport.UDP, new TurnCredentials("lab", "wrong"))))) {
            NoUsableAddressException failure =
                    assertThrows(NoUsableAddressException.class, () -> context.gather(LoopbackPair.TIMEOUT));

            assertTrue(failure.getMessage().contains("(401)"), failure.getMessage());
            assertFalse(failure.getMessage().contains("wrong"), "a password has no place in a message");
        }
    }

    @Test
    void shouldFallToTheNextServerWhenOneIsFull() throws Exception {
        try (Turnserver small = Turnserver.relay(program, "--lt-cred-mech", "--user=lab:secret", "--user-quota=1");
                Turnserver other = Turnserver.relay(program, USER);
                IceContext first = IceContext.open(only(small.turn(TurnTransport.UDP, LAB)));
                IceContext second =
                        IceContext.open(only(small.turn(TurnTransport.UDP, LAB), other.turn(TurnTransport.UDP, LAB)));
                IceContext third = IceContext.open(only(small.turn(TurnTransport.UDP, LAB)))) {
            first.gather(LoopbackPair.TIMEOUT);
            second.gather(LoopbackPair.TIMEOUT);
            NoUsableAddressException failure =
                    assertThrows(NoUsableAddressException.class, () -> third.gather(LoopbackPair.TIMEOUT));

            assertTrue(failure.getMessage().contains("(486)"), failure.getMessage());
        }
    }

    @Test
    void shouldUseCredentialsThatEndByThemselves() throws Exception {
        byte[] secret = "shared".getBytes(StandardCharsets.UTF_8);
        try (Turnserver server = Turnserver.relay(program, "--use-auth-secret", "--static-auth-secret=shared");
                IceContext good = IceContext.open(only(server.turn(
                        TurnTransport.UDP,
                        TurnCredentials.timeLimited("me", secret, Instant.now().plusSeconds(60)))));
                IceContext late = IceContext.open(only(server.turn(
                        TurnTransport.UDP,
                        TurnCredentials.timeLimited("me", secret, Instant.now().minusSeconds(60)))))) {
            good.gather(LoopbackPair.TIMEOUT);

            assertThrows(NoUsableAddressException.class, () -> late.gather(LoopbackPair.TIMEOUT));
        }
    }

    @Test
    void shouldPreferADirectPairAndGiveTheRelayBack() throws Exception {
        String[] two = {"--lt-cred-mech", "--user=lab:secret", "--user-quota=2"};
        try (Turnserver server = Turnserver.relay(program, two);
                IceContext a = IceContext.open(besides(server.turn(TurnTransport.UDP, LAB)));
                IceContext b = IceContext.open(besides(server.turn(TurnTransport.UDP, LAB)))) {
            LoopbackPair.connect(a, b);
            LoopbackPair.awaitNominated(a, b);

            assertEquals(Tier.DIRECT, a.selectedPair().tier());
            assertEquals(Tier.DIRECT, b.selectedPair().tier());
            Eventually.holds("a place at the server", () -> canAllocate(server));
        }
    }

    private static boolean canAllocate(Turnserver server) {
        try (IceContext context = IceContext.open(only(server.turn(TurnTransport.UDP, LAB)))) {
            context.gather(LoopbackPair.TIMEOUT);
            return true;
        } catch (NoUsableAddressException e) {
            return false;
        }
    }

    @Tag("real-time")
    @Test
    void shouldGiveEveryRelayBackWhenContextsClose() throws IOException {
        // Many more than eight in all, and the server takes a second to let one go.
        String[] eight = {"--lt-cred-mech", "--user=lab:secret", "--user-quota=8"};
        try (Turnserver server = Turnserver.relay(program, eight)) {
            for (int i = 0; i < 12; i++) {
                Eventually.holds("a place at the server", () -> canAllocate(server));
                try (IceContext a = IceContext.open(only(server.turn(TurnTransport.UDP, LAB)));
                        IceContext b = IceContext.open(only(server.turn(TurnTransport.UDP, LAB)))) {
                    connectIfThereIsRoom(a, b);
                }
            }
        }
    }

    private static void connectIfThereIsRoom(IceContext a, IceContext b) {
        try {
            LoopbackPair.connect(a, b);
        } catch (NoUsableAddressException e) {
            assertTrue(e.getMessage().contains("(486)"), e.getMessage());
        }
    }

    /** Both are asked; the one that was not needed gets its relay back at once. */
    @Test
    void shouldGiveTheRelayOfTheSlowerServerBack() throws Exception {
        String[] one = {"--lt-cred-mech", "--user=lab:secret", "--user-quota=1"};
        try (Turnserver left = Turnserver.relay(program, one);
                Turnserver right = Turnserver.relay(program, one);
                IceContext context =
                        IceContext.open(only(left.turn(TurnTransport.UDP, LAB), right.turn(TurnTransport.UDP, LAB)))) {
            context.gather(LoopbackPair.TIMEOUT);

            Eventually.holds("a place at one of the servers", () -> canAllocate(left) || canAllocate(right));
        }
    }
}
