package dev.culvert.dht;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.dht.memory.StoredValue;
import dev.culvert.identity.Fingerprint;
import dev.culvert.identity.Identity;
import dev.culvert.identity.Sha3;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What those who store our records, or know both public keys, can not find out. */
class SecrecyTest {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final byte[] CANDIDATES = "candidate:1 1 udp 2130706431 198.51.100.7 4444 typ host".getBytes(UTF_8);

    private final MemoryNetwork network = new MemoryNetwork(CLOCK);
    private final MemoryDht dht = MemoryDht.join(network);
    private final Identity alice = Identity.generate();
    private final Identity bob = Identity.generate();
    private final Identity eve = Identity.generate();

    @AfterEach
    void close() {
        dht.close();
    }

    private void publishToBob() {
        try (CandidateDirectory directory = CandidateDirectory.open(alice, dht, CLOCK)) {
            Eventually.get(directory.publish(bob.peerId(), CANDIDATES, Duration.ofHours(1)));
        }
    }

    @Test
    void shouldShowPeersTheSamePlacesAndStrangersOthers() {
        RecordKeys ofAlice = RecordKeys.between(alice, bob.peerId());
        RecordKeys ofBob = RecordKeys.between(bob, alice.peerId());
        for (Identity peer : List.of(alice, bob)) {
            RecordKeys guessed = RecordKeys.between(eve, peer.peerId());
            assertNotEquals(ofAlice.candidatesToPeer(20_000).slot(), guessed.candidatesFromPeer(20_000));
            assertNotEquals(ofAlice.outboxToPeer(0).slot(), guessed.outboxFromPeer(0));
            assertNotEquals(ofAlice.ackToPeer().slot(), guessed.ackFromPeer());
            assertNotEquals(ofAlice.sealingKeyToPeer().slot(), guessed.sealingKeyFromPeer());
        }

        assertEquals(ofAlice.candidatesToPeer(20_000).slot(), ofBob.candidatesFromPeer(20_000));
        assertEquals(ofAlice.outboxToPeer(3).slot(), ofBob.outboxFromPeer(3));
        assertEquals(ofAlice.ackToPeer().slot(), ofBob.ackFromPeer());
        assertEquals(ofAlice.sealingKeyToPeer().slot(), ofBob.sealingKeyFromPeer());
    }

    @Test
    void shouldGiveEveryPurposeDirectionAndNumberItsOwnPlaceAndWriter() {
        RecordKeys keys = RecordKeys.between(alice, bob.peerId());
        List<Slot> slots = new ArrayList<>(List.of(
                keys.candidatesToPeer(0).slot(),
                keys.candidatesToPeer(1).slot(),
                keys.candidatesFromPeer(0),
                keys.outboxToPeer(0).slot(),
                keys.outboxToPeer(1).slot(),
                keys.outboxFromPeer(0),
                keys.ackToPeer().slot(),
                keys.ackFromPeer(),
                keys.ackToSelf().slot(),
                keys.sealingKeyToPeer().slot(),
                keys.sealingKeyFromPeer()));

        assertEquals(slots.size(), slots.stream().distinct().count());
        assertEquals(
                slots.size(),
                slots.stream()
                        .map(slot -> ByteBuffer.wrap(slot.key()))
                        .distinct()
                        .count());
        assertEquals(
                slots.size(),
                slots.stream()
                        .map(slot -> ByteBuffer.wrap(slot.writer()))
                        .distinct()
                        .count());
    }

    @Test
    void shouldNotPutARecordWhereItsPublicKeysAloneWouldLead() {
        publishToBob();
        byte[] a = alice.peerId().toBytes();
        byte[] b = bob.peerId().toBytes();
        long day = CLOCK.millis() / Duration.ofDays(1).toMillis();
        byte[] n = ByteBuffer.allocate(8).putLong(day).array();
        byte[] label = "ice_candidates".getBytes(UTF_8);
        List<byte[]> guesses = List.of(
                Sha3.sha3_512(label, a, b, n),
                Sha3.sha3_512(new byte[32], label, a, b, n),
                Sha3.sha3_512(new byte[] {14}, label, a, b, n),
                RecordKeys.publicSlot(alice.peerId()).key(),
                RecordKeys.publicSlot(bob.peerId()).key());

        byte[] key = network.snapshot().get(0).slot().key();

        guesses.forEach(guess -> assertFalse(Arrays.equals(guess, key)));
    }

    @Test
    void shouldNotOpenForAThirdPartyThatHoldsTheRecordAndItsKey() {
        publishToBob();
        StoredValue stored = network.snapshot().get(0);
        byte[] key = stored.slot().key();

        assertEquals(
                new RecordVerdict.Rejected(RejectReason.NOT_FOR_US),
                SealedRecord.open(eve, alice.peerId(), key, stored.value(), CLOCK.instant(), 0));
        // Not even its publisher can read it again.
        assertEquals(
                new RecordVerdict.Rejected(RejectReason.NOT_FOR_US),
                SealedRecord.open(alice, alice.peerId(), key, stored.value(), CLOCK.instant(), 0));
        assertTrue(SealedRecord.open(bob, alice.peerId(), key, stored.value(), CLOCK.instant(), 0)
                .verified()
                .isPresent());
    }

    @Test
    void shouldNotShowWhoWritesToWhom(@TempDir Path directory) throws InterruptedException {
        publishToBob();
        byte[] text = "meet me at the culvert at noon".getBytes(UTF_8);
        CountDownLatch received = new CountDownLatch(1);
        try (MessageStore aliceStore = MessageStore.open(directory.resolve("alice"));
                MessageStore bobStore = MessageStore.open(directory.resolve("bob"));
                MessageQueue aliceQueue = MessageQueue.open(alice, dht, aliceStore, QueueConfig.defaults(), CLOCK);
                MessageQueue bobQueue = MessageQueue.open(bob, dht, bobStore, QueueConfig.defaults(), CLOCK)) {
            Eventually.get(aliceQueue.enqueue(bob.peerId(), MessageId.random(), text));
            List<StoredValue> before = network.snapshot();
            bobQueue.onMessage((from, id, payload) -> {
                received.countDown();
                return CompletableFuture.completedFuture(null);
            });
            bobQueue.watch(alice.peerId());
            assertTrue(received.await(10, TimeUnit.SECONDS));
            RecordKeys bobs = RecordKeys.between(bob, alice.peerId());
            Eventually.isTrue(
                    "acknowledgement stored",
                    () -> network.snapshot().stream()
                            .anyMatch(stored ->
                                    stored.slot().equals(bobs.ackToPeer().slot())));

            List<StoredValue> all = new ArrayList<>(before);
            all.addAll(network.snapshot());
            assertTrue(all.size() >= 4, "candidates, message and acknowledgements, found " + all.size());
            for (StoredValue stored : all) {
                assertHides(stored, alice.peerId());
                assertHides(stored, bob.peerId());
                assertEquals(-1, indexOf(stored.value(), text));
                assertEquals(-1, indexOf(stored.value(), CANDIDATES));
            }
        }
    }

    /** With all public keys, X-Wing's too, and the keys that write the slot, but no private key of the two. */
    @Test
    void shouldNeitherOpenNorBeForgedWithPublicKeysAlone() {
        byte[] key =
                RecordKeys.between(alice, bob.peerId()).outboxToPeer(0).slot().key();
        Instant expiry = CLOCK.instant().plus(Duration.ofHours(1));
        byte[] text = "meet me at the culvert at noon".getBytes(UTF_8);
        byte[] record = SealedRecord.seal(alice, bob.peerId(), bob.sealingKey(), key, 1, expiry, text);
        byte[] fields = Crafted.fields(alice.peerId(), 2, expiry, text);

        assertRejected(
                RejectReason.NOT_FOR_US, SealedRecord.open(eve, alice.peerId(), key, record, CLOCK.instant(), 0));
        assertRejected(
                RejectReason.NOT_FOR_US, SealedRecord.open(alice, alice.peerId(), key, record, CLOCK.instant(), 0));
        assertEquals(-1, indexOf(record, text));
        assertRejected(
                RejectReason.BAD_SIGNATURE,
                SealedRecord.open(
                        bob,
                        alice.peerId(),
                        key,
                        Crafted.sealedXWing(eve, alice.peerId(), bob, key, fields),
                        CLOCK.instant(),
                        0));
        // That the same bytes by alice do open shows that it is the signature that counts.
        assertTrue(SealedRecord.open(
                        bob,
                        alice.peerId(),
                        key,
                        Crafted.sealedXWing(alice, alice.peerId(), bob, key, fields),
                        CLOCK.instant(),
                        0)
                .verified()
                .isPresent());
    }

    private static void assertRejected(RejectReason reason, RecordVerdict verdict) {
        assertEquals(new RecordVerdict.Rejected(reason), verdict);
    }

    /** As on Mainline: nodes hold heads and parts of messages and of X-Wing keys. */
    @Test
    void shouldShowNothingInPartsEither(@TempDir Path directory) {
        String text = "meet me at the culvert at noon. ".repeat(200);
        RecordingDht nodes = new RecordingDht(MemoryDht.joinLikeMainline(network));
        Dht inParts = SplittingDht.over(nodes);
        QueueConfig config =
                QueueConfig.builder().postQuantum(PostQuantum.REQUIRED).build();
        try (QueuePeer first = new QueuePeer(alice, inParts, directory.resolve("alice"), config, CLOCK);
                QueuePeer second = new QueuePeer(bob, inParts, directory.resolve("bob"), config, CLOCK)) {
            second.receiveFrom(first.id());
            Eventually.get(first.send(second, text));
            second.awaitReceived(text);
            first.awaitAllAcknowledged(second.id());
        }

        RecordKeys keys = RecordKeys.between(alice, bob.peerId());
        assertTrue(nodes.puts.stream()
                .anyMatch(put -> put.slot().equals(keys.outboxToPeer(0).slot()) && SplitHead.isHead(put.value())));
        assertTrue(nodes.puts.stream()
                .anyMatch(put -> put.slot().equals(keys.sealingKeyFromPeer()) && SplitHead.isHead(put.value())));
        assertTrue(nodes.puts.size() >= 12, "two heads and the parts, found " + nodes.puts.size());
        byte[] sealingKey = bob.sealingKey().toBytes();
        for (RecordingDht.Put put : nodes.puts) {
            byte[] seen = Crafted.join(put.slot().key(), put.slot().writer(), put.value());
            for (Identity peer : List.of(alice, bob)) {
                traces(peer.peerId()).forEach(trace -> assertEquals(-1, indexOf(seen, trace)));
            }
            assertEquals(-1, indexOf(seen, "culvert at noon".getBytes(UTF_8)));
            for (int at = 0; at + 16 <= sealingKey.length; at += 16) {
                assertEquals(-1, indexOf(seen, Arrays.copyOfRange(sealingKey, at, at + 16)));
            }
        }
    }

    @Test
    void shouldFindATraceIfThereWereOne() {
        // The search itself must be able to fail: the public record does name its publisher.
        try (CandidateDirectory directory = CandidateDirectory.open(alice, dht, CLOCK)) {
            Eventually.get(directory.publishPublic(CANDIDATES, Duration.ofHours(1)));
        }
        StoredValue stored = network.snapshot().get(0);

        assertTrue(traces(alice.peerId()).stream().anyMatch(trace -> indexOf(raw(stored), trace) >= 0));
    }

    private static void assertHides(StoredValue stored, PeerId peer) {
        for (byte[] trace : traces(peer)) {
            assertEquals(-1, indexOf(raw(stored), trace), "a trace of a peer in " + stored);
        }
    }

    private static List<byte[]> traces(PeerId peer) {
        byte[] fingerprint = Sha3.sha3_512(peer.toBytes());
        return List.of(
                peer.toBytes(),
                peer.signingKey(),
                peer.agreementKey(),
                peer.toString().getBytes(UTF_8),
                fingerprint,
                Arrays.copyOf(fingerprint, 20),
                Fingerprint.of(peer).getBytes(UTF_8),
                HexFormat.of().formatHex(peer.toBytes()).getBytes(UTF_8));
    }

    private static byte[] raw(StoredValue stored) {
        return Crafted.join(stored.slot().key(), stored.slot().writer(), stored.value());
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        for (int i = 0; i + wanted.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }
}
