package dev.culvert.dht.mainline;

import static dev.culvert.dht.mainline.Items.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.CandidateDirectory;
import dev.culvert.dht.RecordKeys;
import dev.culvert.dht.WritableSlot;
import dev.culvert.identity.Identity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherProcessTest {
    private LoopbackSwarm swarm;

    @BeforeEach
    void startSwarm() {
        swarm = LoopbackSwarm.start(8);
    }

    @AfterEach
    void closeSwarm() {
        swarm.close();
    }

    private OtherProcess.Ended run(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add(
                1,
                swarm.bootstrapAddresses().stream()
                        .map(address -> Integer.toString(address.getPort()))
                        .collect(Collectors.joining(",")));
        return OtherProcess.run(OtherProcess.classPath(), List.of(), ReadingProcess.class, all);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void shouldServeAValueToAnotherProcess() throws Exception {
        WritableSlot slot = Items.slot();
        byte[] value = Items.bytes(450);
        done(swarm.node(0).put(slot, 1, value, Items.TTL));

        OtherProcess.Ended ended =
                run("slot", hex(slot.slot().key()), hex(slot.slot().writer()));

        assertEquals("found " + hex(value), ended.output().strip(), ended.errors());
        assertEquals(0, ended.status());
    }

    @Test
    void shouldLetAnotherProcessLookUpSealedCandidatesByIdentity(@TempDir Path files) throws Exception {
        byte[] description = Items.bytes(450);
        Path reader = files.resolve("reader");
        try (Identity alice = Identity.generate();
                Identity bob = Identity.generate();
                CandidateDirectory directory = CandidateDirectory.open(alice, swarm.node(0), Clock.systemUTC())) {
            bob.save(reader);
            done(directory.publish(bob.peerId(), description, Items.TTL));

            OtherProcess.Ended ended =
                    run("candidates", reader.toString(), alice.peerId().toString());

            assertEquals("found " + hex(description), ended.output().strip(), ended.errors());
            shouldHideWhoWroteItForWhom(alice, bob, description);
        }
    }

    private void shouldHideWhoWroteItForWhom(Identity alice, Identity bob, byte[] description) throws Exception {
        long today = LocalDate.now(ZoneOffset.UTC).toEpochDay();
        WritableSlot slot = RecordKeys.between(alice, bob.peerId()).candidatesToPeer(today);
        byte[] stored = done(swarm.node(7).get(slot.slot())).get(0);
        // All that a storing node sees of an item: its salt, its writer and its value.
        String seen = hex(slot.slot().key()) + hex(slot.slot().writer()) + hex(stored);

        assertTrue(stored.length > description.length);
        for (byte[] secret : List.of(
                alice.peerId().signingKey(),
                alice.peerId().agreementKey(),
                bob.peerId().signingKey(),
                bob.peerId().agreementKey(),
                alice.peerId().toString().getBytes(StandardCharsets.US_ASCII),
                description)) {
            assertFalse(seen.contains(hex(secret)));
        }
    }

    @Test
    void shouldEndAProcessThatClosesNothing() throws Exception {
        OtherProcess.Ended ended = run("leave");

        assertEquals("left", ended.output().strip(), ended.errors());
        assertEquals(0, ended.status());
    }
}
