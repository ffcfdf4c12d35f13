package dev.culvert.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The native core's own tests, in C: see src/test/c/run.sh, which builds and runs them. What takes a tool that is not
 * installed is skipped, or fails if CULVERT_REQUIRE_TOOLS=1 says that it must be there.
 */
class NativeCoreTest {
    private static final Path SCRIPT = Path.of("src/test/c/run.sh");
    private static final Path LOGS = Path.of("target/ctest");

    /** The script ends with it when a tool is missing and nothing has failed. */
    private static final int MISSING = 77;

    /** Each takes less than one; only a test that hangs needs more. */
    private static final long MINUTES = 5;

    @ParameterizedTest
    @ValueSource(strings = {"plain", "sanitizers", "valgrind", "aarch64", "floor", "fuzz 5"})
    void shouldPass(String what) throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "the native core is for Linux");
        assumeTrue(NativeCore.isWanted(), "the native core is switched off");

        Result result = run(what);

        System.out.println(result.output);
        assumeTrue(result.status != MISSING, result.output);
        assertEquals(0, result.status, result.output);
    }

    @Test
    void shouldRefuseWhatItDoesNotKnow() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "the native core is for Linux");

        assertNotEquals(0, run("everything").status);
    }

    private record Result(int status, String output) {}

    private static Result run(String what) throws IOException, InterruptedException {
        Files.createDirectories(LOGS);
        Path log = LOGS.resolve(what.replace(' ', '-') + ".log");
        Process process = new ProcessBuilder(("bash " + SCRIPT + " " + what).split(" ", -1))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
            assertTrue(ended, () -> what + " has not ended: " + log);
            return new Result(process.exitValue(), Files.readString(log));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
