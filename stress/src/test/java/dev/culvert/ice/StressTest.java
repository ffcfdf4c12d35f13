package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs every {@code *Race} of this package under jcstress, which looks for outcomes that its annotations forbid. Short
 * by default; {@code -Dculvert.stress=default} (or quick, tough, stress) runs that mode of jcstress with all it varies.
 */
class StressTest {
    private static final String MODE = System.getProperty("culvert.stress", "short");
    private static final Path RESULTS = Path.of("target", "jcstress");

    @Test
    @Timeout(3_600)
    void shouldSeeNoForbiddenOutcome() throws Exception {
        Files.createDirectories(RESULTS);
        Path output = RESULTS.resolve("output.txt");
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                System.getProperty("java.class.path"),
                "org.openjdk.jcstress.Main",
                "-v",
                "-r",
                "report"));
        command.addAll(
                MODE.equals("short")
                        ? List.of("-f", "1", "-iters", "1", "-time", "200", "-sc", "false", "-jvmArgs", "-Xmx256m")
                        : List.of("-m", MODE));
        Process jcstress = new ProcessBuilder(command)
                .directory(RESULTS.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertEquals(0, jcstress.waitFor(), () -> read(output));
        } finally {
            jcstress.destroy();
        }
        assertEveryRaceRan(Files.readString(output));
    }

    private static void assertEveryRaceRan(String output) throws IOException {
        File classes = new File(StressTest.class.getResource("StressTest.class").getPath()).getParentFile();
        List<String> races;
        try (Stream<Path> files = Files.list(classes.toPath())) {
            races = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Race.class") && !name.equals("Race.class"))
                    .map(name -> name.replace(".class", ""))
                    .toList();
        }
        assertTrue(races.contains("HandlerGateRace"), () -> "only " + races);
        for (String race : races) {
            assertTrue(output.contains("[OK] dev.culvert.ice." + race), () -> race + " did not run:\n" + output);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
