package dev.culvert.peer;

import dev.culvert.identity.Identity;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One peer in one JVM after the other, on the same directory: a test kills it (SIGKILL) and starts it again. One thread. */
final class KilledProcess implements AutoCloseable {
    /** In the directory. */
    static final String IDENTITY = "identity";

    private final Path directory;
    private final Class<?> program;
    private final Identity identity = Identity.generate();
    private final int port = freePort();
    private @Nullable Process process;

    /**
     * @param program its {@code main} gets the directory, a port for the DHT, and the words of {@link #start}
     */
    KilledProcess(Path directory, Class<?> program) throws IOException {
        this.directory = directory;
        this.program = program;
        Files.createDirectories(directory.resolve("tmp"));
        identity.save(directory.resolve(IDENTITY));
    }

    private static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            return socket.getLocalPort();
        }
    }

    /** All of these, each so often, in any order. */
    static List<KilledProcess> victims(int times, Random random, KilledProcess... peers) {
        List<KilledProcess> victims = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            victims.addAll(Arrays.asList(peers));
        }
        Collections.shuffle(victims, random);
        return victims;
    }

    void start(List<String> words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + directory.resolve("tmp"),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                program.getName(),
                directory.toString(),
                "" + port));
        command.addAll(words);
        File log = directory.resolve("log").toFile();
        process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .redirectError(ProcessBuilder.Redirect.appendTo(log))
                .start();
    }

    String peerId() {
        return identity.peerId().toString();
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    List<Note> notes(String name) throws IOException {
        return Note.read(file(name));
    }

    boolean outlives(int millis) throws InterruptedException {
        return !running().waitFor(millis, TimeUnit.MILLISECONDS);
    }

    /** Writes one byte to its input. */
    void nudge() throws IOException {
        OutputStream input = running().getOutputStream();
        input.write('\n');
        input.flush();
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException("It was not started");
        }
        return process;
    }

    /** Kills it, if it runs. */
    @Override
    public void close() {
        if (process == null) {
            return;
        }
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
