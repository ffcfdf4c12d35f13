package dev.culvert.dht.mainline;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A second JVM with the classes of this one: runs a main class, and gives what it printed and how it ended. */
final class OtherProcess {
    private OtherProcess() {}

    /** Status, standard output, and standard error, where the JVM warns of what it likes. */
    record Ended(int status, String output, String errors) {}

    static String classPath() {
        // Surefire hands the real one over in a property of its own.
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    static Ended run(String classPath, List<String> options, Class<?> main, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx128m");
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(arguments);
        Path output = Files.createTempFile("culvert-test", ".out");
        Path errors = Files.createTempFile("culvert-test", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("The other process did not end: " + read(output) + read(errors));
            }
            return new Ended(process.exitValue(), read(output), read(errors));
        } finally {
            Files.deleteIfExists(output);
            Files.deleteIfExists(errors);
        }
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
