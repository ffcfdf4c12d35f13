package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.Tier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A router that forgets every mapping while messages flow. */
@Timeout(180)
class NatRebootTest {
    private static final Duration EVERY = Duration.ofMillis(50);
    private static final Duration LIMIT = Duration.ofSeconds(40);

    @RegisterExtension
    static final NatLabExtension LAB = NatLabExtension.of(NatKind.PORT, NatKind.PORT);

    @TempDir
    static Path directory;

    private static Messengers peers;

    @BeforeAll
    static void start() {
        peers = Messengers.start(LAB.lab(), directory);
    }

    @AfterAll
    static void end() {
        peers.close();
    }

    @ParameterizedTest
    @CsvSource({"PORT, PORT, A", "EIM, EIM, A", "SYM, FULL, A", "SYM, ADDR, A", "SYM, ADDR, B"})
    void shouldSurviveANatRebootInMidTraffic(NatKind kindA, NatKind kindB, Side rebooted) {
        LAB.lab().nat(Side.A, kindA);
        LAB.lab().nat(Side.B, kindB);
        MessengerSettings settings = Messengers.STUN.withSignalServer();
        peers.open(settings, settings);
        peers.flow(EVERY);
        peers.awaitMore(40, LIMIT);

        long since = System.nanoTime();
        LAB.lab().reboot(rebooted);
        peers.awaitMore(60, LIMIT);
        int each = peers.stopAndCheck(LIMIT);

        Map<Tier, Integer> tiers = Messengers.tiers(peers.a());
        Duration gapA = Messengers.longestGap(peers.a(), since);
        Duration gapB = Messengers.longestGap(peers.b(), since);
        System.out.printf(
                "%s-%s, %s rebooted: %d messages each way once, %s, longest gaps %d ms at a, %d ms at b, %s %s%n",
                kindA.word(),
                kindB.word(),
                rebooted.host(),
                each,
                tiers,
                gapA.toMillis(),
                gapB.toMillis(),
                peers.a().connections(),
                peers.a().path());
        for (LabMessenger peer : List.of(peers.a(), peers.b())) {
            assertEquals(Map.of(Tier.ICE, peer.sent().size()), Messengers.tiers(peer));
            assertEquals(1, peer.connections().size(), "one connection outlived it: " + peer.connections());
        }
        assertTrue(gapA.plus(gapB).toSeconds() < 10, "too long a gap");
    }
}
