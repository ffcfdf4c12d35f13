package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.Tier;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From a relayed path to a direct one without a gap. The relays are coturn's. */
@Timeout(60)
class UpgradeTest {
    private static final TurnCredentials LAB = new TurnCredentials("lab", "secret");

    private static IceDescription relayedOf(IceDescription all) {
        List<IceCandidate> relayed = all.candidates().stream()
                .filter(candidate -> candidate.type() == CandidateType.RELAYED)
                .toList();
        return new IceDescription(all.ufrag(), all.password(), relayed);
    }

    private static List<IceCandidate> directOf(IceDescription all) {
        return all.candidates().stream()
                .filter(candidate -> candidate.type() != CandidateType.RELAYED)
                .toList();
    }

    private static IceConfig config(Turnserver server, boolean relayOnly) {
        return IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .turnServers(List.of(server.turn(TurnTransport.UDP, LAB)))
                .relayOnly(relayOnly)
                .build();
    }

    @Test
    void shouldMoveFromARelayToADirectPathAndLoseNothing() throws Exception {
        try (Turnserver server = Turnserver.relay(Turnserver.require(), "--lt-cred-mech", "--user=lab:secret");
                IceContext a = IceContext.open(config(server, false));
                IceContext b = IceContext.open(config(server, false))) {
            IceDescription offer = a.gather(LoopbackPair.TIMEOUT);
            IceDescription answer = b.gather(LoopbackPair.TIMEOUT);
            CompletableFuture<?> far = b.connectAsync(relayedOf(offer), Role.CONTROLLED, LoopbackPair.TIMEOUT);
            a.connect(relayedOf(answer), Role.CONTROLLING, LoopbackPair.TIMEOUT);
            far.join();
            assertEquals(Tier.RELAY, a.selectedPair().tier());
            LoopbackPair.awaitNominated(a, b);
            assertEquals(Tier.RELAY, a.selectedPair().tier());

            directOf(offer).forEach(b::addRemoteCandidate); // as if a firewall had opened
            directOf(answer).forEach(a::addRemoteCandidate);
            int sent = 0;
            while (!isDirect(a) || !isDirect(b)) {
                exchange(a, b, sent++);
            }
            for (int i = 0; i < 100; i++) {
                exchange(a, b, sent++);
            }
            assertTrue(sent > 100, "something went over the relay before");
        }
    }

    private static boolean isDirect(IceContext context) {
        return context.selectedPair().tier() == Tier.DIRECT;
    }

    private static void exchange(IceContext a, IceContext b, int number) throws InterruptedException {
        a.send(LoopbackPair.text("there " + number));
        assertEquals("there " + number, LoopbackPair.receiveText(b, 5_000));
        b.send(LoopbackPair.text("back " + number));
        assertEquals("back " + number, LoopbackPair.receiveText(a, 5_000));
    }
}
