package dev.culvert.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.QueueConfig;
import dev.culvert.dht.mainline.LoopbackSwarm;
import dev.culvert.dht.mainline.MainlineConfig;
import dev.culvert.dht.mainline.MainlineDht;
import dev.culvert.identity.Identity;
import dev.culvert.peer.PeerTransport;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.Tier;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code culvert keeper} as a process of its own, killed and started again. */
@Timeout(120)
class KeeperCommandTest {
    @TempDir
    Path directory;

    private final Identity sender = Identity.generate();
    private final Identity receiver = Identity.generate();

    private Process start(LoopbackSwarm swarm) throws IOException {
        InetSocketAddress node = swarm.bootstrapAddresses().get(0);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Culvert.class.getName(),
                "keeper",
                "--closed",
                "--dht=127.0.0.1:0",
                "--bind=127.0.0.1",
                "--bootstrap=127.0.0.1:" + node.getPort(),
                "--directory=" + directory.resolve("keeper"),
                "--senders=" + directory.resolve("senders")));
        return new ProcessBuilder(command)
                .redirectError(directory.resolve("errors").toFile())
                .start();
    }

    private static PeerId idOf(BufferedReader out) throws IOException {
        String line = out.readLine();
        assertTrue(line != null && line.startsWith("keeper "), "said " + line);
        assertEquals("keeping for 1 sender", out.readLine());
        assertEquals("holds ", out.readLine().substring(0, 6));
        return PeerId.parse(line.substring("keeper ".length()));
    }

    /** And kills the keeper as soon as it has said that it has it. */
    private PeerId leaveOneMessage(LoopbackSwarm swarm, Process keeper) throws Exception {
        try (BufferedReader out = keeper.inputReader()) {
            PeerId id = idOf(out);
            try (PeerTransport from = open(swarm, sender, id)) {
                assertEquals(
                        Tier.QUEUED,
                        from.send(receiver.peerId(), new byte[3_000]).join().tier());
                from.whenKept().get(60, TimeUnit.SECONDS);
            }
            return id;
        } finally {
            keeper.destroyForcibly().waitFor();
        }
    }

    private PeerTransport open(LoopbackSwarm swarm, Identity self, PeerId keeper) {
        return PeerTransport.builder(self)
                .dht(MainlineDht.open(MainlineConfig.closed("127.0.0.1:0", swarm.bootstrapAddresses())
                        .build()))
                .directory(directory.resolve(self.peerId().toShortString()))
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .includeLoopback(true)
                .connectTimeout(Duration.ofSeconds(3))
                .pollInterval(Duration.ofMillis(300))
                .queue(QueueConfig.builder()
                        .pollInterval(Duration.ofMillis(200), Duration.ofSeconds(1))
                        .build())
                .keeper(keeper)
                .open();
    }

    @Test
    void shouldKeepAcrossAKillAndEndInOrder() throws Exception {
        Files.writeString(directory.resolve("senders"), "# who may\n" + sender.peerId() + " # me\n\n");
        try (LoopbackSwarm swarm = LoopbackSwarm.start(4)) {
            Process keeper = start(swarm);
            PeerId id = leaveOneMessage(swarm, keeper);
            Process again = start(swarm);
            try (BufferedReader out = again.inputReader()) {
                assertEquals("keeper " + id, out.readLine());
                assertEquals("keeping for 1 sender", out.readLine());
                assertTrue(out.readLine().startsWith("holds 1 records, "));
                again.destroy();
                assertTrue(again.waitFor(30, TimeUnit.SECONDS), "it did not end on SIGTERM");
            } finally {
                again.destroyForcibly().waitFor();
            }
            // What a JVM itself warns of, native code as of Java 24, is not ours.
            assertEquals(
                    List.of(),
                    Files.readAllLines(directory.resolve("errors")).stream()
                            .filter(line -> !line.isBlank() && !line.startsWith("WARNING:"))
                            .toList());
        }
    }

    private int run(StringWriter errors, String... arguments) {
        return new CommandLine(new KeeperCommand())
                .setErr(new PrintWriter(errors, true))
                .execute(arguments);
    }

    @Test
    void shouldNameWhatIsWrong() throws IOException {
        Path file = Files.writeString(directory.resolve("senders"), sender.peerId() + "\nnobody\n");
        StringWriter errors = new StringWriter();
        assertEquals(2, run(errors));
        assertTrue(errors.toString().contains("--allow"), errors.toString());
        assertEquals(2, run(errors, "--senders=" + file));
        assertTrue(errors.toString().contains("line 2"), errors.toString());
        String allow = "--allow=" + sender.peerId();
        assertEquals(2, run(errors, allow, "--records=0"));
        assertEquals(2, run(errors, allow, "--bootstrap=here"));
        assertEquals(2, run(errors, allow, "--turn=turn:nowhere"));
        assertTrue(errors.toString().contains("--turn-user"), errors.toString());
        assertEquals(
                2, run(errors, allow, "--relay-only", "--dht=127.0.0.1:0", "--directory=" + directory.resolve("own")));
        assertTrue(errors.toString().contains("needs a TURN server"), errors.toString());
        Path notADirectory = Files.writeString(directory.resolve("file"), "");
        assertEquals(1, run(errors, allow, "--directory=" + notADirectory));
    }
}
