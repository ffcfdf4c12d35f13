package dev.culvert.cli;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Deletes a directory and all below it while others may still write there or delete it too. Links are deleted, not
 * followed. Stateless; any thread.
 */
final class FileTree {
    private static final int ATTEMPTS = 20;

    private FileTree() {}

    /**
     * Deletes the tree; one that is not there is deleted already.
     *
     * @throws IOException if something of it is still there after several attempts
     */
    static void delete(Path root) throws IOException {
        IOException last = null;
        for (int i = 0; i < ATTEMPTS && Files.exists(root, LinkOption.NOFOLLOW_LINKS); i++) {
            Deletion deletion = new Deletion();
            Files.walkFileTree(root, deletion);
            last = deletion.failure;
        }
        if (Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            throw last != null ? last : new IOException("Others keep writing to " + root);
        }
    }

    /** One walk. It goes on past what fails: a file that vanished is as wanted, one that appeared is for the next walk. */
    private static final class Deletion extends SimpleFileVisitor<Path> {
        private @Nullable IOException failure;

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            return delete(file);
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            return delete(file);
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
            return delete(directory);
        }

        private FileVisitResult delete(Path path) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                failure = e;
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
