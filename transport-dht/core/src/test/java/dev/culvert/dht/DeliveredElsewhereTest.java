package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queued messages that reach their receiver by another way: over a connection, say. */
class DeliveredElsewhereTest {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final int ALL = 1 << 20;

    @TempDir
    private Path directory;

    private final MemoryNetwork network = new MemoryNetwork(CLOCK);
    private final Identity aliceIdentity = Identity.generate();
    private final Identity bobIdentity = Identity.generate();
    private final PeerId bobId = bobIdentity.peerId();

    private QueuePeer alice() {
        return new QueuePeer(aliceIdentity, network, directory.resolve("alice"), QueuePeer.QUICK, CLOCK);
    }

    private QueuePeer bob() {
        return new QueuePeer(bobIdentity, network, directory.resolve("bob"), QueuePeer.QUICK, CLOCK);
    }

    @BeforeEach
    void queueFive() {
        try (QueuePeer alice = alice()) {
            for (String text : List.of("one", "two", "three", "four", "five")) {
                Eventually.get(alice.send(bobId, text));
            }
        }
    }

    private List<QueuedMessage> oldest(QueuePeer alice, int maxBytes) {
        return Eventually.get(alice.queue.oldest(bobId, maxBytes));
    }

    @Test
    void shouldShowTheOldestInOrderUpToSoManyBytes() {
        try (QueuePeer alice = alice()) {
            List<String> texts = oldest(alice, ALL).stream()
                    .map(message -> new String(message.payload(), StandardCharsets.UTF_8))
                    .toList();
            assertEquals(List.of("one", "two", "three", "four", "five"), texts);
            assertEquals(1, oldest(alice, 1).size(), "one at least");
            assertEquals(2, oldest(alice, OutgoingMessage.COST + 4).size());
            assertEquals(List.of(), Eventually.get(alice.queue.oldest(aliceIdentity.peerId(), ALL)));
        }
    }

    @Test
    void shouldDeliverOnlyTheOthers() {
        try (QueuePeer alice = alice()) {
            List<QueuedMessage> all = oldest(alice, ALL);
            Set<MessageId> three =
                    Set.of(all.get(0).id(), all.get(1).id(), all.get(2).id());
            assertEquals(3, Eventually.get(alice.queue.deliveredElsewhere(bobId, three)));
            assertEquals(2, Eventually.get(alice.queue.outstanding(bobId)));
            assertEquals(3, alice.count(QueueEvent.DELIVERED_ELSEWHERE));
            try (QueuePeer bob = bob().receiveFrom(alice.id())) {
                bob.awaitReceived("four", "five");
                alice.awaitAllAcknowledged(bobId);
            }
        }
    }

    @Test
    void shouldLetGoOfThoseAtTheHeadOnly() {
        try (QueuePeer alice = alice()) {
            List<QueuedMessage> all = oldest(alice, ALL);
            assertEquals(
                    1,
                    Eventually.get(alice.queue.deliveredElsewhere(
                            bobId, Set.of(all.get(0).id(), all.get(2).id()))));
            assertEquals(0, Eventually.get(alice.queue.deliveredElsewhere(bobId, Set.of(MessageId.random()))));
            assertEquals(4, Eventually.get(alice.queue.outstanding(bobId)));
        }
    }

    @Test
    void shouldRememberThatAcrossARestart() {
        try (QueuePeer alice = alice()) {
            QueuedMessage first = oldest(alice, 1).get(0);
            Eventually.get(alice.queue.deliveredElsewhere(bobId, Set.of(first.id())));
        }
        try (QueuePeer alice = alice();
                QueuePeer bob = bob().receiveFrom(alice.id())) {
            bob.awaitReceived("two", "three", "four", "five");
            alice.awaitAllAcknowledged(bobId);
        }
    }

    /** Both ways at once, whatever order they take: each once, and both sides agree in the end where they stand. */
    @Test
    void shouldAgreeWithAReceiverThatTookSomeFromTheQueueMeanwhile() {
        try (QueuePeer alice = alice()) {
            List<QueuedMessage> all = oldest(alice, ALL);
            try (QueuePeer bob = bob().receiveFrom(alice.id())) {
                bob.awaitReceived("one", "two", "three", "four", "five");
                Eventually.get(alice.queue.deliveredElsewhere(
                        bobId, Set.copyOf(all.stream().map(QueuedMessage::id).toList())));
                Eventually.get(alice.send(bobId, "six"));
                bob.awaitReceived("one", "two", "three", "four", "five", "six");
                alice.awaitAllAcknowledged(bobId);
                assertTrue(oldest(alice, ALL).isEmpty());
            }
        }
    }
}
