package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.mainline.LoopbackSwarm;
import dev.culvert.identity.Identity;
import java.io.File;
import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
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

    @TempDir
    Path folder;

    private record Note(int number, String id, boolean redelivered) {
        static Note of(String line) {
            String[] words = line.split(" ", -1);
            return new Note(Integer.parseInt(words[0]), words[1], Boolean.parseBoolean(words[2]));
        }
    }

    /** One of the two, in one process after the other. */
    private final class Peer implements AutoCloseable {
        private final Path directory;
        private final Identity identity = Identity.generate();
        private final int port = freePort();
        private final List<String> more;
        private Process process;

        Peer(String name, List<String> more) throws IOException {
            directory =
                    Files.createDirectories(folder.resolve(name).resolve("tmp")).getParent();
            identity.save(directory.resolve(KilledPeer.IDENTITY));
            this.more = more;
        }

        void start(int bootstrap, Peer other) throws IOException {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx128m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Djava.io.tmpdir=" + directory.resolve("tmp"),
                    "-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    KilledPeer.class.getName(),
                    directory.toString(),
                    "" + port,
                    "" + bootstrap,
                    other.identity.peerId().toString()));
            command.addAll(more);
            File log = directory.resolve("log").toFile();
            process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                    .redirectError(ProcessBuilder.Redirect.appendTo(log))
                    .start();
        }

        List<Note> notes() throws IOException {
            Path notes = directory.resolve(KilledPeer.NOTES);
            return Files.exists(notes)
                    ? Files.readAllLines(notes).stream().map(Note::of).toList()
                    : List.of();
        }

        boolean outlives(int millis) throws InterruptedException {
            return !process.waitFor(millis, TimeUnit.MILLISECONDS);
        }

        @Override
        public void close() throws IOException {
            try {
                process.destroyForcibly().waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            return socket.getLocalPort();
        }
    }

    @Test
    void shouldLoseNothingThatWasQueued() throws Exception {
        long seed = System.nanoTime();
        System.out.println("killing with seed " + seed);
        Random random = new Random(seed);
        try (LoopbackSwarm swarm = LoopbackSwarm.start(4);
                Peer sender = new Peer("sender", List.of("" + MESSAGES));
                Peer receiver = new Peer("receiver", List.of())) {
            int bootstrap = swarm.bootstrapAddresses().get(0).getPort();
            sender.start(bootstrap, receiver);
            receiver.start(bootstrap, sender);
            List<Peer> victims = new ArrayList<>();
            for (int i = 0; i < KILLS; i++) {
                victims.addAll(List.of(sender, receiver));
            }
            Collections.shuffle(victims, random);
            for (Peer victim : victims) {
                assertTrue(victim.outlives(random.nextInt(LONGEST_LIFE_MILLIS)), () -> "a peer ended, see " + folder);
                victim.close();
                victim.start(bootstrap, victim == sender ? receiver : sender);
            }
            awaitAll(sender, receiver);
            check(sender.notes(), receiver.notes());
        }
    }

    /** Until all are queued and what was queued has come. */
    private static void awaitAll(Peer sender, Peer receiver) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            List<Note> queued = sender.notes();
            Set<String> received = new HashSet<>();
            receiver.notes().forEach(note -> received.add(note.id()));
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
        Map<String, Integer> place = new LinkedHashMap<>();
        int again = 0;
        for (Note note : received) {
            if (place.putIfAbsent(note.id(), place.size()) != null) {
                assertTrue(note.redelivered(), "given again without a mark: " + note);
                again++;
            }
        }
        int last = -1;
        for (Note note : queued) {
            int at = place.getOrDefault(note.id(), -1);
            assertTrue(at > last, "out of order, or missing: " + note);
            last = at;
        }
        assertEquals(MESSAGES, queued.size());
        System.out.println(2 * KILLS + " kills, " + queued.size() + " queued, " + place.size() + " received, " + again
                + " of them again");
    }
}
