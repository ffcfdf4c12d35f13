package dev.culvert.natlab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** A C program beside the script, compiled into {@code target} when it is first wanted or its source has changed. */
final class CProgram {
    private CProgram() {}

    /**
     * Where the program is.
     *
     * @param library as pkg-config calls it
     * @throws LabException if it can not be compiled
     */
    static synchronized Path of(String name, String library) {
        Path folder = NatLab.script().resolveSibling("target");
        Path source = NatLab.script().resolveSibling(name + ".c");
        Path program = folder.resolve(name);
        try {
            if (isCurrent(program, source)) {
                return program;
            }
            Files.createDirectories(folder);
            // Two processes may compile at once: each moves a whole program into place.
            Path fresh = folder.resolve(name + "." + ProcessHandle.current().pid());
            NatLab.run(List.of(
                    "sh",
                    "-c",
                    "exec cc -O2 -Wall -Wextra -Werror -o \"$0\" \"$1\" $(pkg-config --cflags --libs \"$2\")",
                    fresh.toString(),
                    source.toString(),
                    library));
            return Files.move(fresh, program, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | LabException e) {
            throw new LabException(
                    source + " could not be compiled; it wants gcc, pkg-config and lib" + library + "-dev", e);
        }
    }

    private static boolean isCurrent(Path program, Path source) throws IOException {
        return Files.isExecutable(program)
                && Files.getLastModifiedTime(program).compareTo(Files.getLastModifiedTime(source)) > 0;
    }
}
