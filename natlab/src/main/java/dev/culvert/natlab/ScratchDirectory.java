package dev.culvert.natlab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** A directory for one run of a program; goes with all that is in it, also when the program is told to end. */
final class ScratchDirectory implements AutoCloseable {
    private final Path path;
    private final Thread atExit = new Thread(this::deleteWhatIsThere, "natlab-scratch");

    private ScratchDirectory(Path path) {
        this.path = path;
    }

    static ScratchDirectory make() throws IOException {
        ScratchDirectory made = new ScratchDirectory(Files.createTempDirectory("culvert-natlab"));
        Runtime.getRuntime().addShutdownHook(made.atExit);
        return made;
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            return; // the program is ending, and the hook at work
        }
        delete();
    }

    private void deleteWhatIsThere() {
        try {
            delete();
        } catch (IOException | UncheckedIOException e) {
            System.err.println("Left behind: " + path + " (" + e + ")");
        }
    }

    private void delete() throws IOException {
        List<Path> all;
        try (Stream<Path> found = Files.walk(path)) {
            all = new ArrayList<>(found.toList());
        }
        Collections.reverse(all); // what a folder holds before the folder
        for (Path each : all) {
            Files.deleteIfExists(each);
        }
    }
}
