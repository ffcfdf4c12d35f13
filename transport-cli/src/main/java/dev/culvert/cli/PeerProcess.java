package dev.culvert.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A peer in a process of its own, seen from the demonstration: commands go in, reports come out. A reader thread
 * collects the reports; it ends with the process. Closing ends the process whatever it is doing.
 */
final class PeerProcess implements AutoCloseable {
    private static final long EXIT_SECONDS = 10;

    private final String name;
    private final Path log;
    private final Process process;
    private final Writer commands;
    private final Thread reader;
    private final Consumer<JsonObject> progress;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<JsonObject> reports = new ArrayList<>(); // under lock
    private boolean ended; // under lock

    private PeerProcess(String name, Path log, Process process, Consumer<JsonObject> progress) {
        this.name = name;
        this.log = log;
        this.process = process;
        this.progress = progress;
        commands = process.outputWriter(StandardCharsets.UTF_8);
        reader = new Thread(this::readReports, "culvert-demo-" + name);
        reader.setDaemon(true);
    }

    /**
     * Starts a peer on this process's Java and class path.
     *
     * @param progress hears every report, on the reader thread
     */
    static PeerProcess start(
            String name, Path directory, List<InetSocketAddress> bootstrap, Consumer<JsonObject> progress)
            throws IOException {
        // The peer's native library is unpacked in its own directory, so that it goes with it if the peer is killed.
        Path temporary = Files.createDirectories(directory.resolve("tmp"));
        Path log = directory.resolve("log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        command.add("-XX:TieredStopAtLevel=1"); // short-lived: start-up counts more than peak speed
        command.add("-Djava.io.tmpdir=" + temporary);
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        String level = System.getProperty("culvert.log");
        if (level != null) {
            command.add("-Dculvert.log=" + level);
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Culvert.class.getName()));
        command.addAll(List.of("peer-worker", "--directory", directory.toString(), "--bootstrap"));
        command.add(bootstrap.stream()
                .map(node -> node.getAddress().getHostAddress() + ":" + node.getPort())
                .collect(Collectors.joining(",")));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        PeerProcess peer = new PeerProcess(name, log, process, progress);
        peer.reader.start();
        return peer;
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    private void readReports() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            String line = in.readLine();
            while (line != null) {
                take(line);
                line = in.readLine();
            }
        } catch (IOException e) {
            take(Json.of("reading-failed")
                    .with("cause", String.valueOf(e.getMessage()))
                    .object()
                    .toString());
        } finally {
            lock.lock();
            try {
                ended = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void take(String line) {
        JsonObject report;
        try {
            report = JsonParser.parseString(line).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            report = Json.of("not-json").with("line", line).object();
        }
        lock.lock();
        try {
            reports.add(report);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        progress.accept(report);
    }

    /** Sends a command. */
    void tell(Json command) throws IOException {
        commands.write(command.object() + "\n");
        commands.flush();
    }

    /** Waits for a report of a type. */
    JsonObject await(String type, Duration timeout) {
        return await(report -> Json.type(report).equals(type), type, timeout);
    }

    /** Waits for a report; reports before and after it stay for others to find. */
    JsonObject await(Predicate<JsonObject> wanted, String what, Duration timeout) {
        long left = timeout.toNanos();
        lock.lock();
        try {
            while (true) {
                for (JsonObject report : reports) {
                    if (wanted.test(report)) {
                        return report;
                    }
                }
                if (ended) {
                    throw new DemoFailure(name + " ended before it reported " + what + tail());
                }
                if (left <= 0) {
                    throw new DemoFailure(
                            name + " did not report " + what + " within " + timeout.toSeconds() + " s" + tail());
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoFailure("Interrupted while waiting for " + what);
        } finally {
            lock.unlock();
        }
    }

    /** All reports of a type so far. */
    List<JsonObject> reports(String type) {
        lock.lock();
        try {
            return reports.stream()
                    .filter(report -> Json.type(report).equals(type))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private String tail() {
        try {
            List<String> lines = Files.readAllLines(log);
            return lines.isEmpty()
                    ? ""
                    : "; its log ends:\n"
                            + String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        } catch (IOException e) {
            return "";
        }
    }

    /** Kills the process with SIGKILL: nothing of it runs any more when this returns. Returns its exit status. */
    int kill() {
        process.destroyForcibly();
        return waitFor();
    }

    /** Asks the process to end and waits for it. Returns its exit status. */
    int quit() throws IOException {
        tell(Json.of("quit"));
        return waitFor();
    }

    private int waitFor() {
        try {
            if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                throw new DemoFailure(name + " does not end");
            }
            reader.join(TimeUnit.SECONDS.toMillis(EXIT_SECONDS));
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoFailure("Interrupted while waiting for the end of " + name);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Has the process killed without waiting for its end. */
    void destroy() {
        process.destroyForcibly();
    }

    /** Ends the process if it still runs, and the reader with it. Idempotent; waits some seconds at most. */
    @Override
    public void close() {
        destroy();
        try {
            process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS);
            reader.join(TimeUnit.SECONDS.toMillis(EXIT_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            commands.close();
        } catch (IOException e) {
            // Expected when the process left input unread; whether it is gone is for isAlive to tell.
        }
    }
}
