package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.culvert.transport.NoUsableAddressException;
import dev.culvert.transport.Tier;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.Tag;
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

    private static IceConfig config(Turnserver server, TurnCredentials user, boolean relayOnly) {
        return IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .turnServers(List.of(server.turn(TurnTransport.UDP, user)))
                .relayOnly(relayOnly)
                .build();
    }

    /**
     * Connects and settles on a pair of relays, as no other candidates are known.
     *
     * @return lets each know the other's direct candidates, as if a firewall had opened
     */
    private static Runnable connectOverRelays(IceContext a, IceContext b) {
        IceDescription offer = a.gather(LoopbackPair.TIMEOUT);
        IceDescription answer = b.gather(LoopbackPair.TIMEOUT);
        CompletableFuture<?> far = b.connectAsync(relayedOf(offer), Role.CONTROLLED, LoopbackPair.TIMEOUT);
        a.connect(relayedOf(answer), Role.CONTROLLING, LoopbackPair.TIMEOUT);
        far.join();
        assertEquals(Tier.RELAY, a.selectedPair().tier());
        LoopbackPair.awaitNominated(a, b);
        assertEquals(Tier.RELAY, a.selectedPair().tier());
        return () -> {
            directOf(offer).forEach(b::addRemoteCandidate);
            directOf(answer).forEach(a::addRemoteCandidate);
        };
    }

    @Test
    void shouldMoveFromARelayToADirectPathAndLoseNothing() throws Exception {
        try (Turnserver server = Turnserver.relay(Turnserver.require(), "--lt-cred-mech", "--user=lab:secret");
                IceContext a = IceContext.open(config(server, LAB, false));
                IceContext b = IceContext.open(config(server, LAB, false))) {
            Runnable openFirewall = connectOverRelays(a, b);
            int sent = 0;
            exchange(a, b, sent++); // now, as later there may be nothing that goes over the relay
            assertFalse(isDirect(a) || isDirect(b), "something went over the relay before");
            openFirewall.run();
            while (!isDirect(a) || !isDirect(b)) {
                exchange(a, b, sent++);
            }
            for (int i = 0; i < 100; i++) {
                exchange(a, b, sent++);
            }
        }
    }

    @Tag("real-time")
    @Test
    void shouldGiveTheRelaysBackOnceTheyAreNotNeeded() throws Exception {
        String[] oneForEach = {"--lt-cred-mech", "--user=lab:secret", "--user=far:secret", "--user-quota=1"};
        TurnCredentials far = new TurnCredentials("far", "secret");
        try (Turnserver server = Turnserver.relay(Turnserver.require(), oneForEach);
                IceContext a = IceContext.open(config(server, LAB, false));
                IceContext b = IceContext.open(config(server, far, false))) {
            connectOverRelays(a, b).run();
            Eventually.holds("direct pairs", () -> isDirect(a) && isDirect(b));

            Eventually.holds("a's place at the server", () -> canAllocate(server, LAB));
            Eventually.holds("b's place at the server", () -> canAllocate(server, far));
        }
    }

    @Test
    void shouldNotLookForPathsOnceTheContextIsClosed() throws Exception {
        try (Turnserver server = Turnserver.relay(Turnserver.require(), "--lt-cred-mech", "--user=lab:secret");
                IceEndpoint endpoint = IceEndpoint.open(config(server, LAB, false));
                IceContext a = endpoint.openContext();
                IceContext b = IceContext.open(config(server, LAB, false))) {
            var unused = connectOverRelays(a, b);

            a.close();

            Eventually.holds("nothing waits for its time", () -> isIdle(endpoint));
        }
    }

    /** Asked on the thread itself: a task that runs is in no queue. */
    private static boolean isIdle(IceEndpoint endpoint) {
        ScheduledThreadPoolExecutor stunThread = endpoint.stunThread();
        return CompletableFuture.supplyAsync(() -> stunThread.getQueue().isEmpty(), stunThread)
                .join();
    }

    private static boolean canAllocate(Turnserver server, TurnCredentials user) {
        try (IceContext context = IceContext.open(config(server, user, true))) {
            context.gather(LoopbackPair.TIMEOUT);
            return true;
        } catch (NoUsableAddressException e) {
            return false;
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
