package dev.culvert.bench;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own for what must be measured apart: lines go in, JSON objects come out, one on each line; what is none
 * goes on to standard error. A reader thread collects them. Closing ends the process whatever it is doing, and a child
 * ends itself when its parent is gone.
 */
final class ChildJvm implements AutoCloseable {
    private static final long EXIT_SECONDS = 10;
    private static final int ORPHANED = 3;

    /** From this Java on, native libraries want to be allowed. */
    private static final int ASKS_FOR_NATIVE = 22;

    private final String name;
    private final Process process;
    private final Writer in;
    private final BlockingQueue<JsonObject> reports = new LinkedBlockingQueue<>(); // as many as the child makes
    private final long startedNanos;

    private ChildJvm(String name, Process process, long startedNanos) {
        this.name = name;
        this.process = process;
        this.startedNanos = startedNanos;
        in = process.outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "bench-reader-" + name);
        reader.setDaemon(true);
        reader.start();
    }

    long pid() {
        return process.pid();
    }

    /** Starts a class's main on this JVM's Java and class path. */
    static ChildJvm start(Class<?> main, List<String> options, List<String> arguments) throws IOException {
        return start(List.of(), main, options, arguments);
    }

    /** Starts it with a command that runs the command behind it in its own place. */
    static ChildJvm start(List<String> prefix, Class<?> main, List<String> options, List<String> arguments)
            throws IOException {
        return start(prefix, main, System.getProperty("java.class.path"), options, arguments);
    }

    /** Starts a class's main on this JVM's Java and another class path. */
    static ChildJvm start(Class<?> main, String classPath, List<String> options, List<String> arguments)
            throws IOException {
        return start(List.of(), main, classPath, options, arguments);
    }

    private static ChildJvm start(
            List<String> prefix, Class<?> main, String classPath, List<String> options, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add(QuietLogging.OPTION);
        if (Runtime.version().feature() >= ASKS_FOR_NATIVE) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(arguments);
        long now = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new ChildJvm(main.getSimpleName(), process, now);
    }

    /** Starts it, waits for its one report and ends it. */
    static JsonObject ask(Class<?> main, List<String> options, List<String> arguments, Duration timeout)
            throws IOException, InterruptedException {
        try (ChildJvm child = start(main, options, arguments)) {
            return child.next(timeout);
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            while (line != null) {
                take(line);
                line = lines.readLine();
            }
        } catch (IOException e) {
            // The process was ended.
        }
        reports.add(new JsonObject()); // stands for the end
    }

    private void take(String line) {
        long now = System.nanoTime();
        try {
            JsonObject report = JsonParser.parseString(line).getAsJsonObject();
            report.addProperty("sinceStartMillis", (now - startedNanos) / 1e6);
            reports.add(report);
        } catch (JsonParseException | IllegalStateException e) {
            System.err.println(name + ": " + line);
        }
    }

    /**
     * The next report, with the milliseconds from the process's start to its arrival added.
     *
     * @throws IllegalStateException if none comes in time, or the child ended or reported an error
     */
    JsonObject next(Duration timeout) throws InterruptedException {
        JsonObject report = reports.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
        if (report == null) {
            throw new IllegalStateException(name + " did not report within " + timeout.toSeconds() + " s");
        }
        if (report.size() == 0) {
            boolean ended = process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS);
            throw new IllegalStateException(name + " ended" + (ended ? " with status " + process.exitValue() : ""));
        }
        if (report.has("error")) {
            throw new IllegalStateException(name + ": " + report.get("error").getAsString());
        }
        return report;
    }

    void send(String line) {
        try {
            in.write(line + "\n");
            in.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " takes no more commands", e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- in the child

    /** What a child's main does. */
    @FunctionalInterface
    interface Work {
        JsonObject run() throws Exception;
    }

    /** Runs a child's work, reports what it gives or why it failed, and ends the process. */
    @SuppressWarnings({"SystemExitOutsideMain", "CatchAndPrintStackTrace"}) // ice4j's pools would hold the JVM for 60 s
    static void report(Work work) {
        try {
            say(work.run());
        } catch (Throwable e) {
            e.printStackTrace();
            JsonObject failure = new JsonObject();
            failure.addProperty("error", e.toString());
            say(failure);
        }
        Runtime.getRuntime().halt(0);
    }

    static void say(JsonObject report) {
        System.out.println(report);
        System.out.flush();
    }

    /** Ends this process when its input ends, which is when the parent does. */
    @SuppressWarnings("SystemExitOutsideMain")
    static void endWithParent() {
        Thread thread = new Thread(
                () -> {
                    try (InputStream input = System.in) {
                        while (input.read() >= 0) {
                            // Commands are for others.
                        }
                    } catch (IOException e) {
                        // The same end.
                    }
                    Runtime.getRuntime().halt(ORPHANED);
                },
                "bench-orphan");
        thread.setDaemon(true);
        thread.start();
    }
}
