package dev.culvert.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** libnice in a process of its own, from {@code src/test/c/libnice_peer.c}. Ends by itself in time, or when closed. */
final class LibnicePeer implements AutoCloseable {
    private static final Path SOURCE = Path.of("src/test/c/libnice_peer.c");
    private static final int LIFE_SECONDS = 20;

    private final Process process;
    private final Path log;

    private LibnicePeer(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** What is missing to build it, for a person to read; empty when nothing is. */
    static String missing() throws IOException, InterruptedException {
        try {
            if (run(List.of("cc", "--version")) != 0) {
                return "cc does not run";
            }
            return run(List.of("pkg-config", "--exists", "nice")) == 0 ? "" : "pkg-config knows no libnice (nice.pc)";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Builds the program in a folder and returns where it is. */
    static Path build(Path folder) throws IOException, InterruptedException {
        Path program = folder.resolve("libnice_peer");
        Path log = folder.resolve("build.log");
        String line = "exec cc -O1 -Wall -Wextra -Werror \"$0\" -o \"$1\" $(pkg-config --cflags --libs nice)";
        Process process = new ProcessBuilder("sh", "-c", line, SOURCE.toString(), program.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("cc failed:\n" + Files.readString(log));
        }
        return program;
    }

    private static int run(List<String> command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /** Starts it; {@code words} are its first four arguments, {@code count} the datagrams each way. */
    static LibnicePeer start(Path program, List<String> words, int count, Path log) throws IOException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(words);
        command.addAll(List.of(String.valueOf(count), String.valueOf(LIFE_SECONDS)));
        return new LibnicePeer(
                new ProcessBuilder(command).redirectError(log.toFile()).start(), log);
    }

    /** Its lines. */
    InputStream signals() {
        return process.getInputStream();
    }

    /** Takes the other side's lines. */
    OutputStream signalsTo() {
        return process.getOutputStream();
    }

    /** Waits for its end and returns its exit status. */
    int status() throws InterruptedException {
        if (!process.waitFor(LIFE_SECONDS + 5, TimeUnit.SECONDS)) {
            throw new IllegalStateException("libnice_peer does not end");
        }
        return process.exitValue();
    }

    /** What it has told of itself. */
    String log() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
