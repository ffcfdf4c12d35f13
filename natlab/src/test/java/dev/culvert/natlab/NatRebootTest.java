package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.Tier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A router that forgets every mapping while messages flow. */
@Timeout(180)
class NatRebootTest {
    private static final Duration EVERY = Duration.ofMillis(50);
    private static final Duration LIMIT = Duration.ofSeconds(40);

    /** Each takes half a minute; with {@code -Dculvert.natlab.reboots=all} there are more. */
    static Stream<Arguments> reboots() {
        Stream<Arguments> always = Stream.of(
                Arguments.of(NatKind.PORT, NatKind.PORT, Side.A), Arguments.of(NatKind.SYM, NatKind.ADDR, Side.A));
        Stream<Arguments> more = Stream.of(
                Arguments.of(NatKind.EIM, NatKind.EIM, Side.A),
                Arguments.of(NatKind.SYM, NatKind.FULL, Side.A),
                Arguments.of(NatKind.SYM, NatKind.ADDR, Side.B));
        return "all".equals(System.getProperty("culvert.natlab.reboots")) ? Stream.concat(always, more) : always;
    }

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
    @MethodSource("reboots")
    void shouldSurviveANatRebootInMidTraffic(NatKind kindA, NatKind kindB, Side rebooted) {
        LAB.lab().nat(Side.A, kindA);
        LAB.lab().nat(Side.B, kindB);
        Messengers.forwardDht(LAB.lab());
        MessengerSettings settings = Messengers.STUN.withConnectTimeout(LIMIT);
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
                peers.a().tier());
        for (LabMessenger peer : List.of(peers.a(), peers.b())) {
            assertEquals(Map.of(Tier.ICE, peer.sent().size()), Messengers.tiers(peer));
            assertEquals(1, peer.connections().size(), "one connection outlived it: " + peer.connections());
        }
        assertTrue(gapA.plus(gapB).toSeconds() < 10, "too long a gap");
    }
}
