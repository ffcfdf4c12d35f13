package dev.culvert.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.CandidateDirectory;
import dev.culvert.dht.Dht;
import dev.culvert.dht.RecordKeys;
import dev.culvert.dht.Slot;
import dev.culvert.dht.mainline.LoopbackSwarm;
import dev.culvert.dht.mainline.MainlineConfig;
import dev.culvert.dht.mainline.MainlineDht;
import dev.culvert.ice.CandidateType;
import dev.culvert.ice.IceCandidate;
import dev.culvert.ice.IceDescription;
import dev.culvert.identity.Fingerprint;
import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A candidate record on a real Mainline swarm: it fits, another process reads it, and nobody else learns from it. */
@Timeout(120)
class SealedCandidatesTest {
    private static final int MAINLINE_LIMIT = 996;

    @TempDir
    Path directory;

    private static InetSocketAddress address(String host, int port) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(host), port);
    }

    /** Eight candidates of the largest kind: reflexive IPv6 addresses with their bases. */
    private static IceDescription eightCandidates() throws UnknownHostException {
        List<IceCandidate> candidates = new ArrayList<>();
        for (int i = 1; i <= 8; i++) {
            candidates.add(new IceCandidate(
                    String.valueOf(i),
                    1_694_498_815L - i,
                    address("2001:db8:1:2:3:4:5:" + i, 40_000 + i),
                    CandidateType.SERVER_REFLEXIVE,
                    address("fd00:1:2:3:4:5:6:" + i, 50_000 + i)));
        }
        return new IceDescription("14mc31k7uj9st5", "3a2eaf73uvm5b6kngjpviqc9er", candidates);
    }

    @Tag("real-time")
    @Test
    void shouldFitMainlineBeReadByAnotherProcessAndTellNobodyElse() throws Exception {
        Identity a = Identity.generate();
        Path identityB = directory.resolve("b");
        Identity b = Identity.loadOrCreate(identityB);
        IceDescription description = eightCandidates();
        try (LoopbackSwarm swarm = LoopbackSwarm.start(8);
                Dht dht = MainlineDht.open(MainlineConfig.loopback(swarm.bootstrapAddresses()));
                CandidateDirectory directoryOfA = CandidateDirectory.open(a, dht, Clock.systemUTC())) {
            dht.bootstrap().join();

            int replicas = directoryOfA
                    .publish(b.peerId(), description.toBytes(), Duration.ofMinutes(10))
                    .join();

            assertTrue(replicas >= 1, "no node stored the record");
            assertEquals(description, readInAnotherProcess(identityB, a.peerId(), swarm));
            long today = LocalDate.now(ZoneOffset.UTC).toEpochDay();
            Slot slot = RecordKeys.between(b, a.peerId()).candidatesFromPeer(today);
            List<byte[]> stored = dht.get(slot).join();
            assertEquals(1, stored.size());
            assertTrue(stored.get(0).length <= MAINLINE_LIMIT, "the record has " + stored.get(0).length + " bytes");
            assertNothingToLearn(a, b, slot, stored.get(0));
            assertStrangerFindsNothing(a, b, dht, slot, today);
        }
    }

    private static IceDescription readInAnotherProcess(Path identity, PeerId from, LoopbackSwarm swarm)
            throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        CandidateReader.class.getName(),
                        identity.toString(),
                        from.toString(),
                        swarm.bootstrapAddresses().stream()
                                .map(node -> String.valueOf(node.getPort()))
                                .collect(Collectors.joining(",")))
                .redirectErrorStream(true)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            String line = output.lines()
                    .filter(text -> text.startsWith(CandidateReader.FOUND))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("the other process found nothing: " + output));
            return IceDescription.fromBytes(HexFormat.of().parseHex(line.substring(CandidateReader.FOUND.length())));
        } finally {
            process.destroyForcibly();
        }
    }

    /** Neither peer's keys, fingerprint or addresses occur in what the DHT's nodes hold, nor in where they hold it. */
    private static void assertNothingToLearn(Identity a, Identity b, Slot slot, byte[] value) {
        for (Identity peer : List.of(a, b)) {
            for (byte[] trace : List.of(
                    peer.peerId().signingKey(),
                    peer.peerId().agreementKey(),
                    HexFormat.of().parseHex(Fingerprint.of(peer.peerId())))) {
                for (byte[] seen : List.of(value, slot.key(), slot.writer())) {
                    assertFalse(contains(seen, trace), "an identity shows");
                    assertFalse(contains(trace, seen), "an identity shows");
                }
            }
        }
        assertFalse(contains(value, "3a2eaf73uvm5b6kngjpviqc9er".getBytes(StandardCharsets.US_ASCII)));
    }

    private static boolean contains(byte[] outer, byte[] inner) {
        return new String(outer, StandardCharsets.ISO_8859_1).contains(new String(inner, StandardCharsets.ISO_8859_1));
    }

    /** Knowing both public keys is not enough to compute the place; being shown it is not enough to open the record. */
    private static void assertStrangerFindsNothing(Identity a, Identity b, Dht dht, Slot slot, long today) {
        try (Identity stranger = Identity.generate()) {
            for (PeerId known : List.of(a.peerId(), b.peerId())) {
                RecordKeys keys = RecordKeys.between(stranger, known);
                for (Slot guess : List.of(
                        keys.candidatesFromPeer(today),
                        keys.candidatesToPeer(today).slot())) {
                    assertFalse(guess.equals(slot));
                    assertEquals(List.of(), dht.get(guess).join());
                }
            }
            Dht shown = new ShownSlot(dht, slot);
            try (CandidateDirectory guessing = CandidateDirectory.open(stranger, shown, Clock.systemUTC())) {
                assertTrue(guessing.lookup(a.peerId()).join().isEmpty(), "a stranger opened the record");
                assertFalse(guessing.counters().isEmpty(), "the stranger was not even shown it");
            }
        }
    }
}
