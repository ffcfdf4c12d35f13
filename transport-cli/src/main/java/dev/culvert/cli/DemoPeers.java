package dev.culvert.cli;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The peer processes of a demonstration and the directory they work in, made for the first of them. One lock is around
 * each start and the whole clean-up, so that no process escapes it. The demonstration's thread starts peers; that
 * thread and the shutdown hook close, the second of them once the first has done it.
 */
final class DemoPeers implements AutoCloseable {
    /** Peers that lose the demonstration know its directory by this name. */
    static final String DIRECTORY_PREFIX = "culvert-demo-";

    private final List<PeerProcess> processes = new ArrayList<>(); // under this
    private @Nullable Path directory; // under this
    private boolean closed; // under this

    /**
     * Starts a peer that keeps its files under its name.
     *
     * @param progress hears every report, on the peer's reader thread
     * @throws DemoFailure if these peers are closed
     */
    synchronized PeerProcess start(String name, List<InetSocketAddress> bootstrap, Consumer<JsonObject> progress)
            throws IOException {
        if (closed) {
            throw new DemoFailure("Interrupted");
        }
        Path around = directory;
        if (around == null) {
            around = Files.createTempDirectory(DIRECTORY_PREFIX);
            directory = around;
        }
        PeerProcess peer = PeerProcess.start(name, around.resolve(name), bootstrap, progress);
        processes.add(peer);
        return peer;
    }

    /** Kills what still runs and deletes the directory. Idempotent; waits some seconds at most. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        processes.forEach(PeerProcess::destroy);
        processes.forEach(PeerProcess::close);
        if (directory != null) {
            try {
                FileTree.delete(directory);
            } catch (IOException e) {
                System.err.println("Not deleted: " + directory + ": " + e.getMessage());
            }
        }
    }

    /** How many processes run. */
    synchronized long alive() {
        return processes.stream().filter(PeerProcess::isAlive).count();
    }

    synchronized boolean directoryExists() {
        return directory != null && Files.exists(directory, LinkOption.NOFOLLOW_LINKS);
    }
}
