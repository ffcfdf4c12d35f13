package dev.culvert.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a peer process does when the demonstration that started it was killed: it deletes the demonstration's directory,
 * identities and all, and stops at once. Both peers do so, at the same time or one after the other; the last leaves
 * nothing. Runs on the thread that reads the input.
 */
final class Orphan {
    private static final int STATUS = 3;

    private final Path own;

    /** @param own the peer's own directory */
    Orphan(Path own) {
        this.own = own;
    }

    /**
     * The input has ended.
     *
     * @param quitting whether the process ends by itself already
     */
    @SuppressWarnings("SystemExitOutsideMain") // shut-down in order would wait for a thread that may wait for ever
    void inputEnded(boolean quitting) {
        try {
            deleteDemoDirectory();
        } finally {
            if (!quitting) {
                Runtime.getRuntime().halt(STATUS);
            }
        }
    }

    /** Deletes what a peer that has ended in order leaves of a demonstration; the other peer's files stay. */
    void deleteOwnDirectory() {
        if (demoDirectory(own).isPresent()) {
            delete(own);
        }
    }

    private void deleteDemoDirectory() {
        demoDirectory(own).ifPresent(Orphan::delete);
    }

    private static void delete(Path directory) {
        try {
            FileTree.delete(directory);
        } catch (IOException e) {
            System.err.println("Not deleted: " + directory + ": " + e.getMessage());
        }
    }

    /** The directory around a peer's own, if a demonstration made it: nothing else is this process's to delete. */
    static Optional<Path> demoDirectory(Path own) {
        return Optional.ofNullable(own.toAbsolutePath().normalize().getParent())
                .filter(around -> around.getFileName() != null
                        && around.getFileName().toString().startsWith(DemoPeers.DIRECTORY_PREFIX));
    }
}
