package dev.culvert.dht.mainline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library is loaded once in a process, so that each case needs one of its own. */
class MainlineNativesTest {
    private static final String REASON = "unavailable: The Mainline DHT engine can not run here";

    @TempDir
    private Path temporary;

    private OtherProcess.Ended open(String classPath, String... options) throws Exception {
        return OtherProcess.run(classPath, List.of(options), OpeningProcess.class, List.of());
    }

    private static String classPathWithout(String jar) {
        return Stream.of(OtherProcess.classPath().split(File.pathSeparator, -1))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith(jar))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static void assertRefusedTwice(OtherProcess.Ended ended, String because) {
        List<String> lines = ended.output().lines().toList();
        assertEquals(2, lines.size(), ended::toString);
        for (String line : lines) {
            assertTrue(line.startsWith(REASON) && line.contains(because), ended.toString());
        }
        assertEquals(0, ended.status());
    }

    private List<Path> leftovers() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.toList();
        }
    }

    @Test
    void shouldLeaveNoFileBehind() throws Exception {
        OtherProcess.Ended ended = open(OtherProcess.classPath(), "-Djava.io.tmpdir=" + temporary);

        // Counted while the engine ran: what is gone by then can not stay after a kill.
        assertEquals(
                List.of("opened true, files 0", "opened true, files 0"),
                ended.output().lines().toList());
        assertEquals(List.of(), leftovers());
    }

    @Test
    void shouldNameTheJarOfTheLibraryWhenItIsMissing() throws Exception {
        assertRefusedTwice(
                open(classPathWithout("libtorrent4j-linux")), "add org.libtorrent4j:libtorrent4j-linux:2.0.6-26");
    }

    @Test
    void shouldNameTheJarOfTheClassesWhenItIsMissing() throws Exception {
        assertRefusedTwice(open(classPathWithout("libtorrent4j-2")), "add org.libtorrent4j:libtorrent4j:2.0.6-26");
    }

    @Test
    void shouldNameTheTemporaryDirectoryWhenItCanNotBeUsed() throws Exception {
        Path missing = temporary.resolve("missing");

        assertRefusedTwice(open(OtherProcess.classPath(), "-Djava.io.tmpdir=" + missing), missing.toString());
    }

    @Test
    void shouldReportALibraryThatDoesNotLoad() throws Exception {
        Path broken = Files.writeString(temporary.resolve("broken.so"), "not a library");

        assertRefusedTwice(
                open(OtherProcess.classPath(), "-D" + NativesDecision.PATH_PROPERTY + "=" + broken), "broken.so");
    }

    @Test
    void shouldRefuseAnotherPlatformWithoutTryingToLoad() throws Exception {
        assertRefusedTwice(open(OtherProcess.classPath(), "-Dos.arch=riscv64"), "Linux on riscv64");
    }
}
