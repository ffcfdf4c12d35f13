package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.identity.Identity;
import dev.culvert.identity.SealingKey;
import dev.culvert.transport.MessageId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which messages are sealed against a later quantum computer, and which ones wait until they can be. */
class PostQuantumQueueTest {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final int X25519 = 1;
    private static final int X_WING = 2;

    private final MemoryNetwork network = new MemoryNetwork(CLOCK);
    private final Identity aliceIdentity = Identity.generate();
    private final Identity bobIdentity = Identity.generate();
    private final RecordKeys keys = RecordKeys.between(aliceIdentity, bobIdentity.peerId());
    private final Slot keySlot = keys.sealingKeyFromPeer();

    @TempDir
    Path directory;

    private static QueueConfig config(PostQuantum choice) {
        return QueueConfig.builder()
                .pollInterval(Duration.ofMillis(20), Duration.ofMillis(60))
                .retry(Duration.ofMillis(20), Duration.ofMillis(100))
                .postQuantum(choice)
                .build();
    }

    private QueuePeer alice(Dht dht, PostQuantum choice) {
        return new QueuePeer(aliceIdentity, dht, directory.resolve("alice"), config(choice), CLOCK);
    }

    private QueuePeer bob(Dht dht, PostQuantum choice) {
        return new QueuePeer(bobIdentity, dht, directory.resolve("bob"), config(choice), CLOCK);
    }

    /** An engine like Mainline's under a decorator for parts, or one that has room for a record. */
    private Dht node(boolean inParts) {
        return inParts ? SplittingDht.over(MemoryDht.joinLikeMainline(network)) : MemoryDht.join(network);
    }

    private Dht node() {
        return node(false);
    }

    private Slot message(long index) {
        return keys.outboxToPeer(index).slot();
    }

    private static void awaitPut(RecordingDht dht, Slot slot) {
        Eventually.isTrue("put", () -> !dht.suitesIn(slot).isEmpty());
    }

    /** Without a handler, so that a peer's messages stay where they are. */
    private static void publishKey(QueuePeer of, QueuePeer to, RecordingDht dht) {
        of.queue.watch(to.id());
        awaitPut(
                dht, RecordKeys.between(of.identity, to.id()).sealingKeyToPeer().slot());
    }

    private void plantKeyRecord(PlantingDht dht, Identity signer, long sequence, byte[] payload) {
        byte[] fields =
                Crafted.fields(bobIdentity.peerId(), sequence, CLOCK.instant().plus(Duration.ofDays(1)), payload);
        dht.plant(keySlot, Crafted.sealed(signer, bobIdentity.peerId(), aliceIdentity.peerId(), keySlot.key(), fields));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNeitherPublishNorLookForKeysByDefault(boolean inParts) {
        RecordingDht ofAlice = new RecordingDht(node(inParts));
        RecordingDht ofBob = new RecordingDht(node(inParts));
        assertEquals(PostQuantum.OFF, QueueConfig.defaults().postQuantum());
        try (QueuePeer alice = alice(ofAlice, PostQuantum.OFF);
                QueuePeer bob = bob(ofBob, PostQuantum.OFF).receiveFrom(aliceIdentity.peerId())) {
            Eventually.get(alice.send(bob, "one"));
            bob.awaitReceived("one");
            alice.awaitAllAcknowledged(bob.id());

            assertEquals(0, ofAlice.getsOf(keySlot));
            assertTrue(ofBob.suitesIn(keySlot).isEmpty());
            assertEquals(Set.of(X25519), Set.copyOf(ofAlice.suitesIn(message(0))));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldSealWithXWingFromTheFirstMessageOnWhenTheKeyIsThere(boolean inParts) {
        RecordingDht ofAlice = new RecordingDht(node(inParts));
        RecordingDht ofBob = new RecordingDht(node(inParts));
        try (QueuePeer alice = alice(ofAlice, PostQuantum.PREFERRED);
                QueuePeer bob = bob(ofBob, PostQuantum.PREFERRED)) {
            publishKey(bob, alice, ofBob);
            Eventually.isTrue(
                    "stored", () -> !Eventually.get(bob.dht.get(keySlot)).isEmpty());

            Eventually.get(alice.send(bob, "one"));
            Eventually.get(alice.send(bob, "two"));
            bob.receiveFrom(alice.id());

            bob.awaitReceived("one", "two");
            alice.awaitAllAcknowledged(bob.id());
            assertEquals(Set.of(X_WING), Set.copyOf(ofAlice.suitesIn(message(0))));
            assertEquals(Set.of(X_WING), Set.copyOf(ofAlice.suitesIn(message(1))));
            assertEquals(1, alice.count(QueueEvent.KEY_FOUND));
            // Acknowledgements carry two numbers and stay as they are.
            assertEquals(Set.of(X25519), Set.copyOf(ofBob.suitesIn(keys.ackFromPeer())));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldSealWithX25519UntilThePreferredKeyIsKnown(boolean inParts) {
        RecordingDht ofAlice = new RecordingDht(node(inParts));
        RecordingDht ofBob = new RecordingDht(node(inParts));
        try (QueuePeer alice = alice(ofAlice, PostQuantum.PREFERRED);
                QueuePeer bob = bob(ofBob, PostQuantum.PREFERRED)) {
            Eventually.get(alice.send(bob, "one"));
            awaitPut(ofAlice, message(0));
            publishKey(bob, alice, ofBob);
            Eventually.isTrue("key found", () -> alice.count(QueueEvent.KEY_FOUND) == 1);
            Eventually.get(alice.send(bob, "two"));
            bob.receiveFrom(alice.id());

            bob.awaitReceived("one", "two");
            assertEquals(Set.of(X25519), Set.copyOf(ofAlice.suitesIn(message(0))));
            assertEquals(Set.of(X_WING), Set.copyOf(ofAlice.suitesIn(message(1))));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldPutNothingUntilTheRequiredKeyIsKnown(boolean inParts) {
        RecordingDht ofAlice = new RecordingDht(node(inParts));
        try (QueuePeer alice = alice(ofAlice, PostQuantum.REQUIRED);
                QueuePeer bob = bob(node(inParts), PostQuantum.REQUIRED)) {
            Eventually.get(alice.send(bob, "one"));
            Eventually.get(alice.send(bob, "two"));
            Eventually.isTrue("several looks", () -> ofAlice.getsOf(keySlot) >= 4);

            assertEquals(List.of(), ofAlice.puts);
            assertEquals(2, alice.count(QueueEvent.WAITING_FOR_KEY));
            bob.receiveFrom(alice.id());
            bob.awaitReceived("one", "two");
            assertEquals(Set.of(X_WING), Set.copyOf(ofAlice.suitesIn(message(0))));
            assertEquals(Set.of(X_WING), Set.copyOf(ofAlice.suitesIn(message(1))));
        }
    }

    @Test
    void shouldFindTheKeyForMessagesOfAnEarlierRun() {
        try (QueuePeer alice = alice(node(), PostQuantum.REQUIRED)) {
            Eventually.get(alice.send(bobIdentity.peerId(), "one"));
        }
        RecordingDht again = new RecordingDht(node());
        try (QueuePeer alice = alice(again, PostQuantum.REQUIRED);
                QueuePeer bob = bob(node(), PostQuantum.PREFERRED).receiveFrom(aliceIdentity.peerId())) {
            bob.awaitReceived("one");
            assertEquals(Set.of(X_WING), Set.copyOf(again.suitesIn(message(0))));
            assertEquals(1, alice.count(QueueEvent.KEY_FOUND));
        }
    }

    @Test
    void shouldKnowTheKeyAfterARestartWithoutLookingForIt() {
        RecordingDht ofBob = new RecordingDht(node());
        try (QueuePeer bob = bob(ofBob, PostQuantum.PREFERRED)) {
            try (QueuePeer alice = alice(node(), PostQuantum.REQUIRED)) {
                bob.receiveFrom(alice.id());
                Eventually.get(alice.send(bob, "one"));
                alice.awaitAllAcknowledged(bob.id());
            }
            // What stands there now does not matter any more, be it signed by bob.
            PlantingDht planting = new PlantingDht(node());
            plantKeyRecord(
                    planting,
                    bobIdentity,
                    CLOCK.millis() + 1_000,
                    Identity.generate().sealingKey().toBytes());
            RecordingDht again = new RecordingDht(planting);
            try (QueuePeer alice = alice(again, PostQuantum.REQUIRED)) {
                Eventually.get(alice.send(bob, "two"));

                bob.awaitReceived("one", "two");
                assertEquals(0, again.getsOf(keySlot));
                assertEquals(Set.of(X_WING), Set.copyOf(again.suitesIn(message(1))));
            }
        }
    }

    @Test
    void shouldSealAnewWhatAnEarlierRunSealedInAWayThatIsNotAllowedNow() {
        RecordingDht before = new RecordingDht(node());
        try (QueuePeer alice = alice(before, PostQuantum.PREFERRED)) {
            Eventually.get(alice.send(bobIdentity.peerId(), "one"));
            awaitPut(before, message(0));
        }
        assertEquals(Set.of(X25519), Set.copyOf(before.suitesIn(message(0))));
        RecordingDht after = new RecordingDht(node());
        RecordingDht ofBob = new RecordingDht(node());
        try (QueuePeer alice = alice(after, PostQuantum.REQUIRED);
                QueuePeer bob = bob(ofBob, PostQuantum.PREFERRED)) {
            publishKey(bob, alice, ofBob);
            awaitPut(after, message(0));
            bob.receiveFrom(alice.id());

            bob.awaitReceived("one");
            assertEquals(Set.of(X_WING), Set.copyOf(after.suitesIn(message(0))));
        }
    }

    @Test
    void shouldNotTakeAKeyThatThePeerDidNotSign() {
        PlantingDht planting = new PlantingDht(node());
        Identity mallory = Identity.generate();
        plantKeyRecord(planting, mallory, 9, mallory.sealingKey().toBytes());
        planting.plant(keySlot, new byte[1_500]);
        RecordingDht ofAlice = new RecordingDht(planting);
        try (QueuePeer alice = alice(ofAlice, PostQuantum.REQUIRED);
                QueuePeer bob = bob(node(), PostQuantum.PREFERRED)) {
            Eventually.get(alice.send(bob, "one"));
            Eventually.isTrue("several looks", () -> ofAlice.getsOf(keySlot) >= 3);

            assertEquals(List.of(), ofAlice.puts);
            assertEquals(0, alice.count(QueueEvent.KEY_FOUND));
            assertTrue(alice.queue.rejected().getOrDefault(RejectReason.BAD_SIGNATURE, 0L) > 0);
            bob.receiveFrom(alice.id());
            bob.awaitReceived("one");
        }
    }

    @Test
    void shouldIgnoreBytesThatAreNoKeyEvenIfThePeerSignedThem() {
        PlantingDht planting = new PlantingDht(node());
        plantKeyRecord(planting, bobIdentity, 9, new byte[SealingKey.LENGTH - 1]);
        byte[] overModulus = bobIdentity.sealingKey().toBytes();
        overModulus[0] = (byte) 0xff;
        overModulus[1] = (byte) 0xff;
        plantKeyRecord(planting, bobIdentity, 10, overModulus);
        RecordingDht ofAlice = new RecordingDht(planting);
        try (QueuePeer alice = alice(ofAlice, PostQuantum.REQUIRED);
                QueuePeer bob = bob(node(), PostQuantum.PREFERRED)) {
            Eventually.get(alice.send(bob, "one"));
            Eventually.isTrue("both counted", () -> alice.count(QueueEvent.BAD_KEY) >= 2);

            assertEquals(List.of(), ofAlice.puts);
            bob.receiveFrom(alice.id());
            bob.awaitReceived("one");
        }
    }

    @Test
    void shouldCountAnotherKeyBesideTheOneItTakes() {
        PlantingDht planting = new PlantingDht(node());
        plantKeyRecord(
                planting, bobIdentity, 9, Identity.generate().sealingKey().toBytes());
        RecordingDht ofBob = new RecordingDht(node());
        try (QueuePeer alice = alice(planting, PostQuantum.REQUIRED);
                QueuePeer bob = bob(ofBob, PostQuantum.PREFERRED)) {
            publishKey(bob, alice, ofBob);
            Eventually.isTrue(
                    "stored", () -> !Eventually.get(bob.dht.get(keySlot)).isEmpty());
            Eventually.get(alice.send(bob, "one"));
            bob.receiveFrom(alice.id());

            bob.awaitReceived("one");
            assertEquals(1, alice.count(QueueEvent.OTHER_KEY));
            assertEquals(1, alice.count(QueueEvent.KEY_FOUND));
            assertEquals(
                    bobIdentity.sealingKey(), alice.store.sealingKey(bob.id()).orElseThrow());
        }
    }

    @Test
    void shouldOpenEitherKindWhateverTheReceiversOwnChoice() {
        RecordingDht before = new RecordingDht(node());
        RecordingDht after = new RecordingDht(node());
        try (QueuePeer bob = bob(node(), PostQuantum.OFF).receiveFrom(aliceIdentity.peerId())) {
            try (QueuePeer alice = alice(before, PostQuantum.PREFERRED)) {
                Eventually.get(alice.send(bob, "one"));
                alice.awaitAllAcknowledged(bob.id());
                alice.store.keepSealingKey(bob.id(), bobIdentity.sealingKey());
            }
            try (QueuePeer alice = alice(after, PostQuantum.PREFERRED)) {
                Eventually.get(alice.send(bob, "two"));
                alice.awaitAllAcknowledged(bob.id());
            }

            bob.awaitReceived("one", "two");
            assertEquals(Set.of(X25519), Set.copyOf(before.suitesIn(message(0))));
            assertEquals(Set.of(X_WING), Set.copyOf(after.suitesIn(message(1))));
        }
    }

    @Test
    void shouldGoOnWithX25519WhenTheLookForAPreferredKeyFails() {
        FailingGets failing = new FailingGets(node(), 3);
        RecordingDht ofAlice = new RecordingDht(failing);
        try (QueuePeer alice = alice(ofAlice, PostQuantum.PREFERRED)) {
            Eventually.get(alice.send(bobIdentity.peerId(), "one"));

            awaitPut(ofAlice, message(0));
            assertEquals(Set.of(X25519), Set.copyOf(ofAlice.suitesIn(message(0))));
        }
    }

    @Test
    void shouldPutTheKeyAgainAndStopWhenThePeerIsNotWatched() {
        RecordingDht ofBob = new RecordingDht(MemoryDht.join(network, 65_000, Duration.ofMillis(100)));
        try (QueuePeer bob = bob(ofBob, PostQuantum.PREFERRED)) {
            bob.queue.watch(aliceIdentity.peerId());
            bob.queue.watch(aliceIdentity.peerId());
            Eventually.isTrue("put again", () -> ofBob.suitesIn(keySlot).size() >= 3);

            bob.queue.unwatch(aliceIdentity.peerId());
            Eventually.get(bob.queue.outstanding(aliceIdentity.peerId())); // after the unwatch, on the same thread
            int puts = ofBob.suitesIn(keySlot).size();
            Eventually.get(bob.send(aliceIdentity.peerId(), "one"));
            Slot slot = RecordKeys.between(bobIdentity, aliceIdentity.peerId())
                    .outboxToPeer(0)
                    .slot();
            // Its records live as short, so several of these mean that a key's turn would have come.
            Eventually.isTrue(
                    "message put several times", () -> ofBob.suitesIn(slot).size() >= 4);
            assertEquals(puts, ofBob.suitesIn(keySlot).size());
        }
    }

    @Test
    void shouldRefuseToOpenWhereTheEngineHasNoRoomForWhatIsRequired() {
        try (MessageStore store = MessageStore.open(directory.resolve("alice"));
                MemoryDht small = MemoryDht.joinLikeMainline(network)) {
            PostQuantumUnavailableException refused = assertThrows(
                    PostQuantumUnavailableException.class,
                    () -> MessageQueue.open(aliceIdentity, small, store, config(PostQuantum.REQUIRED), CLOCK));

            assertTrue(refused.getMessage().contains("996"), refused.getMessage());
            assertTrue(refused.getMessage().contains("SplittingDht"), refused.getMessage());
        }
    }

    @Test
    void shouldDoWithoutWhatIsPreferredWhereTheEngineHasNoRoom() {
        RecordingDht ofAlice = new RecordingDht(MemoryDht.joinLikeMainline(network));
        RecordingDht ofBob = new RecordingDht(MemoryDht.joinLikeMainline(network));
        try (QueuePeer alice = alice(ofAlice, PostQuantum.PREFERRED);
                QueuePeer bob = bob(ofBob, PostQuantum.PREFERRED).receiveFrom(aliceIdentity.peerId())) {
            assertTrue(alice.queue.maxMessageBytes() > 700);
            Eventually.get(alice.send(bob, "one"));

            bob.awaitReceived("one");
            assertEquals(Set.of(X25519), Set.copyOf(ofAlice.suitesIn(message(0))));
            assertTrue(ofBob.suitesIn(keySlot).isEmpty());
            assertEquals(0, ofAlice.getsOf(keySlot));
        }
    }

    /** From the least value that has room for the record with the key, which is larger than a short message. */
    @Test
    void shouldTakeTheSmallestEngineThatHasRoomAndNoSmallerOne() {
        Instant now = CLOCK.instant();
        int least = SealedRecord.length(now.toEpochMilli(), now.plus(Duration.ofDays(7)), SealingKey.LENGTH);
        RecordingDht ofBob = new RecordingDht(MemoryDht.join(network, least, Duration.ofDays(1)));
        try (QueuePeer alice = alice(MemoryDht.join(network, least, Duration.ofDays(1)), PostQuantum.REQUIRED);
                QueuePeer bob = bob(ofBob, PostQuantum.REQUIRED).receiveFrom(aliceIdentity.peerId())) {
            Eventually.get(alice.send(bob, "x".repeat(alice.queue.maxMessageBytes())));
            alice.awaitAllAcknowledged(bob.id());
        }
        try (MemoryDht small = MemoryDht.join(network, least - 1, Duration.ofDays(1));
                MessageStore store = MessageStore.open(directory.resolve("carol"))) {
            assertThrows(
                    PostQuantumUnavailableException.class,
                    () -> MessageQueue.open(aliceIdentity, small, store, config(PostQuantum.REQUIRED), CLOCK));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PREFERRED", "REQUIRED"})
    void shouldLeave1088BytesLessForAMessage(PostQuantum choice) {
        int without;
        try (QueuePeer alice = alice(node(), PostQuantum.OFF)) {
            without = alice.queue.maxMessageBytes();
        }
        try (QueuePeer alice = alice(node(), choice);
                QueuePeer bob = bob(node(), choice).receiveFrom(aliceIdentity.peerId())) {
            assertEquals(without - 1088, alice.queue.maxMessageBytes());
            Eventually.get(alice.send(bob, "x".repeat(without - 1088)));
            alice.awaitAllAcknowledged(bob.id());
        }
        try (QueuePeer alice = alice(node(true), choice)) {
            assertEquals(MessageQueue.MAX_MESSAGE_BYTES, alice.queue.maxMessageBytes());
        }
    }

    /** Taken when there was more room: X25519 is better than a put that fails until the message's time is over. */
    @Test
    void shouldPutAPreferredMessageThatIsTooLongForXWingAsItUsedTo() {
        int length;
        try (QueuePeer alice = alice(node(), PostQuantum.OFF)) {
            length = alice.queue.maxMessageBytes();
        }
        try (MessageStore store = MessageStore.open(directory.resolve("alice"))) {
            Instant now = CLOCK.instant();
            store.keepSealingKey(bobIdentity.peerId(), bobIdentity.sealingKey());
            store.add(
                    bobIdentity.peerId(),
                    OutboxState.fresh(now).appended(),
                    new OutgoingMessage(MessageId.random(), now.plus(Duration.ofDays(1)), new byte[length]));
        }
        RecordingDht again = new RecordingDht(node());
        try (QueuePeer alice = alice(again, PostQuantum.PREFERRED)) {
            awaitPut(again, message(0));
            assertEquals(Set.of(X25519), Set.copyOf(again.suitesIn(message(0))));
        }
    }
}
