package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Disks that are full or read-only for a while: a real file system in memory, of two megabytes, in a mount namespace of the process
 * that uses it ({@link SmallDisk}), and gone with that. Where such a namespace can not be made the tests are skipped, unless
 * CULVERT_REQUIRE_TOOLS=1 says that they must run.
 */
class FailingDiskTest {
    private static final List<String> OWN_MOUNTS = List.of("unshare", "--map-root-user", "--mount");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"full", "read-only", "keeper", "handlers"})
    void shouldLoseNothingAndGoOnWhenThereIsRoomAgain(String what) throws Exception {
        requireMounts();
        Path disk = Files.createDirectory(directory.resolve("disk"));
        List<String> command = new ArrayList<>(OWN_MOUNTS);
        command.addAll(List.of(
                "sh",
                "-c",
                "mount -t tmpfs -o size=2m,mode=700 tmpfs \"$0\" && exec \"$@\"",
                disk.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                SmallDisk.class.getName(),
                what,
                disk.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue(), said);
            assertTrue(said.endsWith("fine\n"), said);
            try (var left = Files.list(disk)) {
                assertEquals(0, left.count(), "what it wrote was on the real disk");
            }
        } finally {
            process.destroyForcibly();
        }
    }

    private static void requireMounts() throws InterruptedException {
        List<String> command = new ArrayList<>(OWN_MOUNTS);
        command.addAll(List.of("mount", "-t", "tmpfs", "tmpfs", "/mnt"));
        int status;
        try {
            status = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            status = -1;
        }
        if (status != 0) {
            assertNotEquals("1", System.getenv("CULVERT_REQUIRE_TOOLS"), "no mount namespace can be made");
            abort("no mount namespace can be made");
        }
    }
}
