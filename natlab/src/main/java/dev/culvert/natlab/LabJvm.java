package dev.culvert.natlab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How the laboratory's own programs are started in JVMs of their own, with this one's class path. Stateless. */
final class LabJvm {
    private LabJvm() {}

    /** So small that several beside this JVM disturb nobody. */
    static final int HEAP_MEGABYTES = 128;

    /** The words of the command, with the small heap. */
    static List<String> command(Class<?> program, String... arguments) {
        return command(HEAP_MEGABYTES, program, arguments);
    }

    static List<String> command(int heapMegabytes, Class<?> program, String... arguments) {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMegabytes + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        words.addAll(List.of(arguments));
        return words;
    }
}
