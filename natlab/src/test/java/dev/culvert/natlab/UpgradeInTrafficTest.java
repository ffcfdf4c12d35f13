package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.Tier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A relayed connection whose peers can suddenly reach each other. */
@Timeout(180)
class UpgradeInTrafficTest {
    private static final Duration EVERY = Duration.ofMillis(50);
    private static final Duration CONNECTED_WITHIN = Duration.ofSeconds(30);
    private static final Duration DIRECT_WITHIN = Duration.ofSeconds(60);

    @RegisterExtension
    static final NatLabExtension LAB = NatLabExtension.of(NatKind.PORT, NatKind.PORT);

    @TempDir
    Path directory;

    private static void nft(String... words) {
        List<String> command = new ArrayList<>(LAB.lab().inside("pub"));
        command.add("nft");
        command.addAll(List.of(words));
        NatLab.run(command);
    }

    /** Each side still reaches the server. */
    private static void block() {
        nft("add table ip between");
        nft("add chain ip between forward { type filter hook forward priority 10; }");
        nft("add rule ip between forward ip saddr 203.0.113.10 ip daddr 203.0.113.20 meta l4proto udp drop");
        nft("add rule ip between forward ip saddr 203.0.113.20 ip daddr 203.0.113.10 meta l4proto udp drop");
    }

    private static void unblock() {
        nft("delete table ip between");
    }

    @Test
    void shouldMoveFromRelayToDirectInMidTrafficWithoutLossOrDuplicates() {
        block();
        try (Messengers peers = Messengers.start(LAB.lab(), directory)) {
            peers.open(Messengers.TURN.withSignalServer(), Messengers.TURN.withSignalServer());
            peers.flow(EVERY);
            peers.awaitMore(40, CONNECTED_WITHIN);
            assertTier(peers.a(), Tier.RELAY);
            assertTier(peers.b(), Tier.RELAY);

            unblock();
            long since = System.nanoTime();
            Duration movedA = awaitIce(peers.a(), since);
            Duration movedB = awaitIce(peers.b(), since);
            peers.awaitMore(40, CONNECTED_WITHIN);
            int each = peers.stopAndCheck(CONNECTED_WITHIN);

            assertEquals(Messengers.numbers(peers.a()).stream().sorted().toList(), Messengers.numbers(peers.a()));
            assertEquals(Messengers.numbers(peers.b()).stream().sorted().toList(), Messengers.numbers(peers.b()));
            for (LabMessenger peer : List.of(peers.a(), peers.b())) {
                assertEquals(
                        List.of(Tier.RELAY, Tier.ICE),
                        List.copyOf(Messengers.tiers(peer).keySet().stream()
                                .sorted(java.util.Comparator.reverseOrder())
                                .toList()));
                assertEquals(Tier.ICE, peer.sent().get(peer.sent().size() - 1).tier());
                assertTrue(
                        peer.connections().stream().noneMatch(event -> event.startsWith("disconnected")),
                        peer.connections().toString());
            }
            System.out.printf(
                    "relay to direct after %d and %d ms, %d messages each way in order, %s and %s, longest gaps %d and"
                            + " %d ms%n",
                    movedA.toMillis(),
                    movedB.toMillis(),
                    each,
                    Messengers.tiers(peers.a()),
                    Messengers.tiers(peers.b()),
                    Messengers.longestGap(peers.a(), since).toMillis(),
                    Messengers.longestGap(peers.b(), since).toMillis());
        }
    }

    private static void assertTier(LabMessenger peer, Tier tier) {
        assertEquals(tier, peer.path().orElseThrow().tier());
    }

    /** Asks with each message that comes. */
    private static Duration awaitIce(LabMessenger peer, long since) {
        while (peer.path().orElseThrow().tier() != Tier.ICE) {
            Duration left = DIRECT_WITHIN.minusNanos(System.nanoTime() - since);
            assertTrue(left.toMillis() > 0, "still " + peer.path());
            int before = peer.received().size();
            peer.await("another message", left, () -> peer.received().size() > before);
        }
        return Duration.ofNanos(System.nanoTime() - since);
    }
}
