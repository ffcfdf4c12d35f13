package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers whose clocks differ by a day, on a network that has its own. */
class ClockSkewTest {
    private final Instant now = Instant.now();

    @TempDir
    private Path directory;

    private final MemoryNetwork network = new MemoryNetwork();

    private QueuePeer open(Identity identity, String name, int hoursOff, QueueConfig config) {
        TestClock clock = TestClock.runningFrom(now.plus(Duration.ofHours(hoursOff)));
        return new QueuePeer(identity, network, directory.resolve(name), config, clock);
    }

    @ParameterizedTest
    @ValueSource(ints = {-24, -2, 2, 24})
    void shouldDeliverAndAcknowledgeWhenTheSendersClockIsOff(int hours) {
        List<MessageId> expired = new CopyOnWriteArrayList<>();
        try (QueuePeer alice = open(Identity.generate(), "alice", hours, QueuePeer.QUICK);
                QueuePeer bob = open(Identity.generate(), "bob", 0, QueuePeer.QUICK)) {
            alice.queue.onExpired((peer, id) -> expired.add(id));
            bob.receiveFrom(alice.id());
            Eventually.get(alice.send(bob, "one"));
            Eventually.get(alice.send(bob, "two"));

            bob.awaitReceived("one", "two");
            alice.awaitAllAcknowledged(bob.id());
        }
        assertEquals(List.of(), expired);
    }

    @Test
    void shouldGoOnAfterOnesOwnClockWasSetBackADay() {
        Identity alice = Identity.generate();
        Identity bob = Identity.generate();
        try (QueuePeer receiver = open(bob, "bob", 0, QueuePeer.QUICK)) {
            receiver.receiveFrom(alice.peerId());
            try (QueuePeer before = open(alice, "alice", 24, QueuePeer.QUICK)) {
                Eventually.get(before.send(bob.peerId(), "before"));
                before.awaitAllAcknowledged(bob.peerId());
            }
            try (QueuePeer after = open(alice, "alice", 0, QueuePeer.QUICK)) {
                Eventually.get(after.send(bob.peerId(), "after"));
                receiver.awaitReceived("before", "after");
                after.awaitAllAcknowledged(bob.peerId());
            }
        }
    }
}
