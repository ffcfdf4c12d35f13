package dev.culvert.natlab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** A directory for one run of a program; goes with all that is in it. */
final class ScratchDirectory implements AutoCloseable {
    private final Path path;

    private ScratchDirectory(Path path) {
        this.path = path;
    }

    static ScratchDirectory make() throws IOException {
        return new ScratchDirectory(Files.createTempDirectory("culvert-natlab"));
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        List<Path> all;
        try (Stream<Path> found = Files.walk(path)) {
            all = new ArrayList<>(found.toList());
        }
        Collections.reverse(all); // what a folder holds before the folder
        for (Path each : all) {
            Files.delete(each);
        }
    }
}
