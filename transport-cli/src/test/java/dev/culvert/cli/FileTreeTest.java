package dev.culvert.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreeTest {
    private static final int DELETING = 4;

    @TempDir
    Path directory;

    @Test
    void shouldDeleteADeepTree() throws Exception {
        Path root = grow(directory.resolve("root"), 3);

        FileTree.delete(root);

        assertFalse(Files.exists(root));
        assertTrue(Files.exists(directory));
    }

    @Test
    void shouldTakeWhatIsNotThereForDeleted() throws Exception {
        FileTree.delete(directory.resolve("never"));

        assertTrue(Files.exists(directory));
    }

    @Test
    void shouldDeleteALinkAndLeaveWhatItLeadsTo() throws Exception {
        Path other = grow(directory.resolve("other"), 1);
        Path root = grow(directory.resolve("root"), 1);
        Files.createSymbolicLink(root.resolve("link"), other);

        FileTree.delete(root);

        assertFalse(Files.exists(root));
        assertTrue(Files.exists(other.resolve("file-0")));
    }

    @Test
    void shouldBearOthersThatDeleteTheSameTree() {
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            ExecutorService threads = Executors.newFixedThreadPool(DELETING);
            try {
                for (int round = 0; round < 20; round++) {
                    Path root = grow(directory.resolve("root-" + round), 3);
                    CyclicBarrier together = new CyclicBarrier(DELETING);
                    List<Future<Boolean>> deletions = new ArrayList<>();
                    for (int i = 0; i < DELETING; i++) {
                        Callable<Boolean> deletion = () -> {
                            together.await();
                            FileTree.delete(root);
                            return Files.exists(root);
                        };
                        deletions.add(threads.submit(deletion));
                    }
                    for (Future<Boolean> deletion : deletions) {
                        assertFalse(deletion.get());
                    }
                }
            } finally {
                threads.shutdownNow();
            }
        });
    }

    private static Path grow(Path root, int depth) throws IOException {
        Files.createDirectories(root);
        for (int i = 0; i < 5; i++) {
            Files.writeString(root.resolve("file-" + i), "x");
            if (depth > 1) {
                grow(root.resolve("directory-" + i), depth - 1);
            }
        }
        return root;
    }
}
