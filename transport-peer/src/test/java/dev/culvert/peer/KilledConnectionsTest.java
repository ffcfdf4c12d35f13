package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.mainline.LoopbackSwarm;
import dev.culvert.transport.Tier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
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
 * Two peers talk over connections, both ways, and are killed (SIGKILL) again and again: in the handshake, with messages on
 * the wire, in the handler, on disk and in the queue. Every message whose send completed is given to the other's handler,
 * and each message once, in order, or again with a mark. {@code -Dculvert.kills=50} kills each 50 times.
 */
@Tag("real-time")
class KilledConnectionsTest {
    private static final int KILLS = Integer.getInteger("culvert.kills", 3);

    /** Most lives are counted from the first connection on, so that there are connections on a busy machine, too. */
    private static final int LONGEST_LIFE_MILLIS = 3_000;

    private static final int LONGEST_UNCONNECTED_MILLIS = 10_000;

    private static final int ONE_UNCONNECTED_IN = 4;

    /** Some are dead for so long, which is more than a session stands: the other one goes over to the queue. */
    private static final int LONGEST_DEATH_MILLIS = 8_000;

    private static final int ONE_DEATH_IN = 8;

    private static final int LOOK_MILLIS = 50;

    private static final long PATIENCE_SECONDS = 120;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private int lives;

    @Test
    void shouldLoseNothingThatWasAcknowledged() throws Exception {
        long seed = System.nanoTime();
        System.out.println("killing with seed " + seed);
        Random random = new Random(seed);
        Files.createDirectory(folder.resolve("signals"));
        try (LoopbackSwarm swarm = LoopbackSwarm.start(4);
                KilledProcess one = new KilledProcess(folder.resolve("one"), TalkingPeer.class);
                KilledProcess two = new KilledProcess(folder.resolve("two"), TalkingPeer.class)) {
            int bootstrap = swarm.bootstrapAddresses().get(0).getPort();
            start(one, two, bootstrap, random.nextLong());
            start(two, one, bootstrap, random.nextLong());
            for (KilledProcess victim : KilledProcess.victims(KILLS, random, one, two)) {
                KilledProcess other = victim == one ? two : one;
                if (random.nextInt(ONE_UNCONNECTED_IN) > 0) {
                    awaitConnection(victim);
                }
                assertOutlives(victim, random.nextInt(LONGEST_LIFE_MILLIS));
                victim.close();
                assertOutlives(other, random.nextInt(ONE_DEATH_IN) == 0 ? random.nextInt(LONGEST_DEATH_MILLIS) : 0);
                start(victim, other, bootstrap, random.nextLong());
            }
            awaitOverConnections(one, two);
            one.nudge();
            two.nudge();
            awaitAll(one, two);
            check(one, two);
            check(two, one);
        }
    }

    private void start(KilledProcess peer, KilledProcess other, int bootstrap, long seed) throws IOException {
        Files.deleteIfExists(peer.file(TalkingPeer.CONNECTED));
        String signals = folder.resolve("signals").toString();
        peer.start(List.of("" + bootstrap, other.peerId(), signals, "" + lives++, "" + seed));
    }

    private void assertOutlives(KilledProcess peer, int millis) throws InterruptedException {
        assertTrue(peer.outlives(millis), () -> "a peer ended, see " + folder);
    }

    /** Not for ever: the peers may each take the other for connecting still. */
    private void awaitConnection(KilledProcess peer) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_UNCONNECTED_MILLIS);
        while (System.nanoTime() < end && !Files.exists(peer.file(TalkingPeer.CONNECTED))) {
            assertOutlives(peer, LOOK_MILLIS);
        }
    }

    /** A busy machine may need all of the lives between the kills to connect: they talk on until enough went that way. */
    private void awaitOverConnections(KilledProcess one, KilledProcess two) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < end && !(isManyOverConnections(one) && isManyOverConnections(two))) {
            assertOutlives(one, LOOK_MILLIS);
            assertOutlives(two, LOOK_MILLIS);
        }
    }

    /** Some more than {@link #check} asks for: what is sent last may be queued. */
    private static boolean isManyOverConnections(KilledProcess sender) throws IOException {
        List<Note> safe = sender.notes(TalkingPeer.SENT);
        return overConnections(safe) > safe.size() / 2;
    }

    private static long overConnections(Collection<Note> notes) {
        return notes.stream().filter(note -> note.tier() != Tier.QUEUED).count();
    }

    /** Until all that was sent is safe, and what is safe has been handed over. */
    private void awaitAll(KilledProcess one, KilledProcess two) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            boolean finished =
                    Files.exists(one.file(TalkingPeer.FINISHED)) && Files.exists(two.file(TalkingPeer.FINISHED));
            int missing = missing(one, two) + missing(two, one);
            if (finished && missing == 0) {
                return;
            }
            assertTrue(
                    System.nanoTime() < end,
                    () -> missing + " missing after " + PATIENCE_SECONDS + " s, all sent: " + finished + ", see "
                            + folder);
            assertOutlives(one, LOOK_MILLIS);
            assertOutlives(two, LOOK_MILLIS);
        }
    }

    private static int missing(KilledProcess sender, KilledProcess receiver) throws IOException {
        Set<String> missing = new HashSet<>();
        sender.notes(TalkingPeer.SENT).forEach(note -> missing.add(note.id()));
        receiver.notes(TalkingPeer.HANDED).forEach(note -> missing.remove(note.id()));
        return missing.size();
    }

    private static void check(KilledProcess sender, KilledProcess receiver) throws IOException {
        List<Note> safe = sender.notes(TalkingPeer.SENT).stream()
                .sorted(Comparator.comparingInt(Note::number))
                .toList();
        List<Note> handed = receiver.notes(TalkingPeer.HANDED);
        Map<String, Note> first = Note.firstOfEach(handed);
        Note.assertInOrder(safe, first);
        safe.forEach(note -> assertEquals(note.checksum(), first.get(note.id()).checksum(), () -> "altered: " + note));
        assertSentInOrder(first.values());

        long connected = overConnections(safe);
        long drained = overConnections(first.values()) - connected;
        System.out.println(2 * KILLS + " kills, " + safe.size() + " safe, " + connected + " of them over connections, "
                + first.size() + " handed over, " + (handed.size() - first.size()) + " of them again; over connections "
                + drained + " more than were acknowledged there");
        assertTrue(connected > safe.size() / 4, "nearly all went through the queue");
    }

    /** Those that nobody knows to be safe, too: a sender that was killed has later lives, but sends nothing twice. */
    private static void assertSentInOrder(Iterable<Note> handed) {
        int last = -1;
        for (Note note : handed) {
            if (note.number() >= 0) {
                assertTrue(note.number() > last, "out of order: " + note);
                last = note.number();
            }
        }
    }
}
