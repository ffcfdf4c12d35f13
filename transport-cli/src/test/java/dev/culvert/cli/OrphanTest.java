package dev.culvert.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphanTest {
    @TempDir
    Path directory;

    @Test
    void shouldDeleteTheDemonstrationsDirectoryWithBothPeers() throws Exception {
        Path demo = directory.resolve(DemoPeers.DIRECTORY_PREFIX + "1");
        Path a = Files.createDirectories(demo.resolve("A"));
        Path b = Files.createDirectories(demo.resolve("B"));
        Files.writeString(b.resolve("identity"), "x");

        new Orphan(a).inputEnded(true);

        assertFalse(Files.exists(demo));
        assertTrue(Files.exists(directory));
    }

    @Test
    void shouldLeaveTheOtherPeersFilesWhenItEndsInOrder() throws Exception {
        Path demo = directory.resolve(DemoPeers.DIRECTORY_PREFIX + "1");
        Path a = Files.createDirectories(demo.resolve("A"));
        Path b = Files.createDirectories(demo.resolve("B"));

        new Orphan(a).deleteOwnDirectory();

        assertFalse(Files.exists(a));
        assertTrue(Files.exists(b));
    }

    @Test
    void shouldLeaveADirectoryThatNoDemonstrationMade() throws Exception {
        Path own = Files.createDirectories(directory.resolve("else").resolve("A"));

        new Orphan(own).inputEnded(true);

        assertTrue(Files.exists(own));
    }

    @Test
    void shouldNotClimbAboveTheRoot() {
        assertEquals(Optional.empty(), Orphan.demoDirectory(Path.of("/")));
        assertEquals(Optional.empty(), Orphan.demoDirectory(Path.of("/A")));
    }
}
