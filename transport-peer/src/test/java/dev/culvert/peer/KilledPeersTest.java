package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.mainline.LoopbackSwarm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A sender and a receiver are killed (SIGKILL) again and again while messages go from one to the other through the queue:
 * every message for which QUEUED was returned arrives, in order, and is given to the handler once, or again with a mark.
 * {@code -Dculvert.kills=50} kills each 50 times.
 */
@Tag("real-time")
class KilledPeersTest {
    private static final int KILLS = Integer.getInteger("culvert.kills", 3);

    /** The sender may be killed before it has sent them all, whenever that is. */
    private static final int MESSAGES = Math.max(100, 4 * KILLS);

    /** A peer is up after one to two seconds. */
    private static final int LONGEST_LIFE_MILLIS = 4_000;

    private static final long PATIENCE_SECONDS = 120;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void shouldLoseNothingThatWasQueued() throws Exception {
        long seed = System.nanoTime();
        System.out.println("killing with seed " + seed);
        Random random = new Random(seed);
        try (LoopbackSwarm swarm = LoopbackSwarm.start(4);
                KilledProcess sender = new KilledProcess(folder.resolve("sender"), KilledPeer.class);
                KilledProcess receiver = new KilledProcess(folder.resolve("receiver"), KilledPeer.class)) {
            String bootstrap = "" + swarm.bootstrapAddresses().get(0).getPort();
            List<String> toSend = List.of(bootstrap, receiver.peerId(), "" + MESSAGES);
            List<String> toReceive = List.of(bootstrap, sender.peerId());
            sender.start(toSend);
            receiver.start(toReceive);
            for (KilledProcess victim : KilledProcess.victims(KILLS, random, sender, receiver)) {
                assertTrue(victim.outlives(random.nextInt(LONGEST_LIFE_MILLIS)), () -> "a peer ended, see " + folder);
                victim.close();
                victim.start(victim == sender ? toSend : toReceive);
            }
            awaitAll(sender, receiver);
            check(sender.notes(KilledPeer.NOTES), receiver.notes(KilledPeer.NOTES));
        }
    }

    /** Until all are queued and what was queued has come. */
    private static void awaitAll(KilledProcess sender, KilledProcess receiver)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            List<Note> queued = sender.notes(KilledPeer.NOTES);
            Set<String> received = new HashSet<>();
            receiver.notes(KilledPeer.NOTES).forEach(note -> received.add(note.id()));
            if (queued.size() == MESSAGES && queued.stream().allMatch(note -> received.contains(note.id()))) {
                return;
            }
            assertTrue(
                    System.nanoTime() < end,
                    () -> queued.size() + " queued, " + received.size() + " received after " + PATIENCE_SECONDS + " s");
            assertTrue(receiver.outlives(100));
        }
    }

    private static void check(List<Note> queued, List<Note> received) {
        Map<String, Note> first = Note.firstOfEach(received);
        Note.assertInOrder(queued, first);
        assertEquals(MESSAGES, queued.size());
        System.out.println(2 * KILLS + " kills, " + queued.size() + " queued, " + first.size() + " received, "
                + (received.size() - first.size()) + " of them again");
    }
}
