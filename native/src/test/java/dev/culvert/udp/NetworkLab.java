package dev.culvert.udp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace with the two ends of a wire in it, {@code left} and {@code right}, and a {@link NetworkWatch}. The
 * namespace has no name: it ends with that process, and that ends with this object or with this JVM.
 */
final class NetworkLab implements AutoCloseable {
    private static final long BOUND_SECONDS = 20;
    private static final String BUILD = "ip link set lo up && ip link add left type veth peer name right"
            + " && ip link set left up && ip link set right up && exec \"$0\" \"$@\"";

    private final Process watch;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Thread reader = new Thread(this::read, "test-network-watch");

    private NetworkLab(Process watch) {
        this.watch = watch;
    }

    /** Without root or a tool the test is skipped, or fails if CULVERT_REQUIRE_TOOLS=1 says that all must be there. */
    static void require() {
        List<String> missing = new ArrayList<>();
        if (!"root".equals(System.getProperty("user.name"))) {
            missing.add("root");
        }
        List.of("ip", "unshare", "nsenter").stream()
                .filter(tool -> !isThere(tool))
                .forEach(missing::add);
        String why = "Changing a network's addresses needs " + missing;
        if ("1".equals(System.getenv("CULVERT_REQUIRE_TOOLS"))) {
            assertTrue(missing.isEmpty(), why);
        }
        assumeTrue(missing.isEmpty(), why);
    }

    private static boolean isThere(String tool) {
        return List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }

    /** Builds one, with a watch that is open. */
    static NetworkLab start(String how) throws IOException, InterruptedException {
        Process watch = new ProcessBuilder(
                        "unshare",
                        "--net",
                        "sh",
                        "-c",
                        BUILD,
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NetworkWatch.class.getName(),
                        how)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        NetworkLab lab = new NetworkLab(watch);
        lab.reader.start();
        try {
            assertEquals(how, lab.lines.poll(BOUND_SECONDS, TimeUnit.SECONDS), "the watch's first word");
            return lab;
        } catch (InterruptedException | AssertionError e) {
            lab.close();
            throw e;
        }
    }

    private void read() {
        try (BufferedReader said = watch.inputReader(UTF_8)) {
            String line = said.readLine();
            while (line != null) {
                lines.add(line);
                line = said.readLine();
            }
        } catch (IOException e) {
            lines.add("the watch can not be read: " + e);
        }
    }

    /** The next change that the watch reports; null if it reports none for long. */
    NetworkWatch.@Nullable Report next() throws InterruptedException {
        String line = lines.poll(BOUND_SECONDS, TimeUnit.SECONDS);
        return line == null ? null : NetworkWatch.Report.parse(line);
    }

    /** Runs commands of {@code ip} in the namespace, in one process; they must succeed. */
    void ip(List<String> commands) throws IOException, InterruptedException {
        Process ip = new ProcessBuilder("nsenter", "--net=/proc/" + watch.pid() + "/ns/net", "ip", "-batch", "-")
                .redirectErrorStream(true)
                .start();
        try (var input = ip.outputWriter(UTF_8)) {
            input.write(String.join("\n", commands) + "\n");
        }
        String said = new String(ip.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, ip.waitFor(), commands + ": " + said);
    }

    boolean isOver() {
        return !watch.isAlive() && !reader.isAlive();
    }

    /** Takes everything down; a watch that does not end by itself is killed, and the test fails. */
    @Override
    public void close() throws IOException {
        watch.getOutputStream().close();
        boolean ended = false;
        try {
            ended = watch.waitFor(BOUND_SECONDS, TimeUnit.SECONDS);
            watch.destroyForcibly();
            reader.join(TimeUnit.SECONDS.toMillis(BOUND_SECONDS));
        } catch (InterruptedException e) {
            watch.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        assertTrue(ended, "the watch did not end with its input");
        assertEquals(0, watch.exitValue());
    }
}
