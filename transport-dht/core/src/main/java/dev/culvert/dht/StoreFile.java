package dev.culvert.dht;

import dev.culvert.transport.TransportClosedException;
import dev.culvert.transport.TransportException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.DataType;

/**
 * The file under a {@link MessageStore}: opens and locks it, turns the engine's errors into ours, and runs everything
 * on its thread {@code culvert-store}. That thread is the reason for the class: an interrupt that hits a caller inside
 * a file channel would close the file for everybody. Ends with {@link #close}.
 */
final class StoreFile implements AutoCloseable {
    private static final String OWNER = "The message store";
    private static final int VERSION = 1;
    private static final int CACHE_MB = 2;
    private static final int COMPACT_ON_CLOSE_MS = 200;

    /** Space of old chunks is used again so much later; a power cut may need them until the disk has the new ones. */
    private static final int RETENTION_MS = 5_000;

    /** The least time between two writes of what may wait a little. */
    private static final Duration SOON = Duration.ofMillis(20);

    /** The operating system's lock does not tell two users within one process apart, and closing one frees both. */
    private static final Set<Path> OPEN = new HashSet<>(); // guarded by OPEN

    private final Path file;
    private MVStore store; // store thread only
    private final List<StoreTable<?>> tables = new ArrayList<>(); // store thread only
    private final EngineThread thread;
    private final PendingFutures pending;
    private final List<SoonWritten<?>> soon = new ArrayList<>(); // guarded by itself
    private long lastSoonNanos = System.nanoTime() - SOON.toNanos(); // guarded by soon
    private volatile boolean closed;

    /** A change that waits to be written with others. */
    private record SoonWritten<T>(Supplier<T> change, Runnable undone, CompletableFuture<T> result) {
        Runnable apply() {
            T value = change.get();
            return () -> result.complete(value);
        }
    }

    private StoreFile(Path file, MVStore store, EngineThread thread, PendingFutures pending) {
        this.file = file;
        this.store = store;
        this.thread = thread;
        this.pending = pending;
    }

    /**
     * Opens or creates the file.
     *
     * @throws StoreLockedException if it is open already
     * @throws StoreUnreadableException if it can not be used
     */
    static StoreFile open(Path file) {
        Path real = prepare(file);
        synchronized (OPEN) {
            if (!OPEN.add(real)) {
                throw new StoreLockedException(file);
            }
        }
        EngineThread thread = new EngineThread("culvert-store");
        PendingFutures pending = new PendingFutures(OWNER);
        try {
            return on(thread, pending, () -> new StoreFile(real, openStore(real), thread, pending));
        } catch (RuntimeException e) {
            thread.close();
            release(real);
            throw e;
        }
    }

    private static Path prepare(Path file) {
        try {
            Path directory = file.toAbsolutePath().getParent();
            if (directory == null) {
                throw new StoreUnreadableException(file, "it has no directory");
            }
            Files.createDirectories(directory, onlyForUser("rwx------"));
            return directory.toRealPath().resolve(file.getFileName());
        } catch (IOException e) {
            throw new StoreUnreadableException(file, "its directory can not be made", e);
        }
    }

    private static MVStore openStore(Path file) {
        try {
            if (Files.notExists(file)) {
                create(file);
            }
            // Where the engine finds nothing that is intact it would begin a new store in the same file. So look first.
            try (MVStore looking = builder(file).readOnly().open()) {
                checkVersion(file, looking.getStoreVersion());
            }
            MVStore store = builder(file).open();
            store.setRetentionTime(RETENTION_MS);
            return store;
        } catch (TransportException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw translate(file, e);
        }
    }

    /** Under its final name a store is there whole or not at all. */
    private static void create(Path file) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(unfinished);
        Files.createFile(unfinished, onlyForUser("rw-------"));
        try (MVStore store = builder(unfinished).open()) {
            store.setStoreVersion(VERSION);
            store.commit();
            store.sync();
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Makes a file that only its user can read, unless it is there. */
    static void createForUser(Path file) throws IOException {
        if (Files.notExists(file)) {
            Files.createFile(file, onlyForUser("rw-------"));
        }
    }

    /** What is in the file is not encrypted: others of this machine must not read it. */
    private static FileAttribute<?>[] onlyForUser(String permissions) {
        if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0];
        }
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        };
    }

    private static MVStore.Builder builder(Path file) {
        // Commits happen when we say so and nowhere else: what one call changes is on disk together or not at all.
        return new MVStore.Builder()
                .fileName(file.toString())
                .autoCommitDisabled()
                .autoCommitBufferSize(0)
                .cacheSize(CACHE_MB);
    }

    private static void checkVersion(Path file, int version) {
        if (version == 0) {
            throw new StoreUnreadableException(file, "nothing in it is intact");
        }
        if (version != VERSION) {
            throw new StoreUnreadableException(
                    file, "it has version " + version + " and this program knows " + VERSION);
        }
    }

    private static RuntimeException translate(Path file, Exception e) {
        if (e instanceof MVStoreException store && store.getErrorCode() == DataUtils.ERROR_CLOSED) {
            return new TransportClosedException(OWNER);
        }
        if (e instanceof MVStoreException store && store.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
            return new StoreLockedException(file);
        }
        if (e instanceof IOException) {
            return new StoreUnreadableException(file, "it can not be made", e);
        }
        if (e instanceof MVStoreException store
                && (store.getErrorCode() == DataUtils.ERROR_READING_FAILED
                        || store.getErrorCode() == DataUtils.ERROR_WRITING_FAILED)) {
            return new StoreUnreadableException(file, "reading or writing failed", e);
        }
        return new StoreUnreadableException(file, "its content is damaged", e);
    }

    /** A table from bytes to {@code V}, opened on the store's thread. */
    <V> StoreTable<V> table(String name, DataType<V> values) {
        StoreTable<V> table = new StoreTable<>(name, values, store);
        tables.add(table);
        return table;
    }

    /** Reads on the store's thread. */
    <T> T read(Supplier<T> reading) {
        if (closed) {
            throw new TransportClosedException(OWNER);
        }
        return on(
                thread,
                pending,
                () -> guarded(() -> {
                    reopenIfFailed();
                    return reading.get();
                }));
    }

    /** A write that fails, on a full disk say, makes the engine close; what was on disk before is there all the same. */
    private void reopenIfFailed() {
        if (store.isClosed() && !closed) {
            MVStore opened = openStore(file);
            try {
                tables.forEach(table -> table.reopen(opened));
            } catch (RuntimeException e) {
                opened.closeImmediately();
                throw e;
            }
            store = opened;
        }
    }

    private void undo() {
        if (!store.isClosed()) {
            store.rollback();
        }
    }

    /** Changes on the store's thread; all of it is written before this returns. */
    <T> T write(boolean sync, Supplier<T> change) {
        return read(() -> {
            try {
                T result = change.get();
                store.commit();
                if (sync) {
                    store.sync();
                }
                return result;
            } catch (RuntimeException e) {
                undo();
                throw e;
            }
        });
    }

    /** Changes on the store's thread, and writes it together with what else comes within some milliseconds. */
    <T> CompletableFuture<T> writeSoon(Supplier<T> change) {
        return writeSoon(change, () -> {});
    }

    /**
     * Changes on the store's thread, and writes it together with what else comes within some milliseconds.
     *
     * @param undone run before the future fails, should writing have failed
     */
    <T> CompletableFuture<T> writeSoon(Supplier<T> change, Runnable undone) {
        CompletableFuture<T> result = pending.create();
        synchronized (soon) {
            soon.add(new SoonWritten<>(change, undone, result));
            if (soon.size() == 1) {
                long wait = lastSoonNanos + SOON.toNanos() - System.nanoTime();
                if (thread.schedule(this::writeGathered, Duration.ofNanos(Math.max(0, wait))) == null) {
                    result.completeExceptionally(new TransportClosedException(OWNER));
                }
            }
        }
        return result;
    }

    /** Store thread. */
    private void writeGathered() {
        List<SoonWritten<?>> gathered;
        synchronized (soon) {
            gathered = List.copyOf(soon);
            soon.clear();
            lastSoonNanos = System.nanoTime();
        }
        if (gathered.isEmpty()) {
            return;
        }
        try {
            reopenIfFailed();
            List<Runnable> completions =
                    gathered.stream().map(SoonWritten::apply).toList();
            store.commit();
            completions.forEach(Runnable::run);
        } catch (RuntimeException e) {
            RuntimeException cause = e instanceof TransportException ? e : translate(file, e);
            try {
                undo();
            } catch (RuntimeException more) {
                cause.addSuppressed(more);
            }
            // None may be left open: who waits for one keeps its message from being taken again.
            gathered.forEach(waiting -> {
                waiting.undone().run();
                waiting.result().completeExceptionally(cause);
            });
        }
    }

    /** Gives space that is free back, for at most the given time. */
    void compact(int millis) {
        read(() -> {
            int retention = store.getRetentionTime();
            store.compactFile(millis);
            // Compacting lets old chunks be overwritten at once from then on; after a power cut they may be needed.
            store.setRetentionTime(retention);
            return true;
        });
    }

    private <T> T guarded(Supplier<T> action) {
        try {
            return action.get();
        } catch (TransportException e) {
            throw e;
        } catch (RuntimeException e) {
            throw translate(file, e);
        }
    }

    /** For a value that has not the form it was written in. */
    StoreUnreadableException damaged(String what) {
        return new StoreUnreadableException(file, "its " + what + " is damaged");
    }

    private static <T> T on(EngineThread thread, PendingFutures pending, Supplier<T> action) {
        CompletableFuture<T> result = pending.create();
        boolean accepted = thread.execute(() -> {
            try {
                result.complete(action.get());
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        if (!accepted) {
            throw new TransportClosedException(OWNER);
        }
        try {
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private static void release(Path file) {
        synchronized (OPEN) {
            OPEN.remove(file);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            on(thread, pending, () -> {
                writeGathered();
                store.close(COMPACT_ON_CLOSE_MS);
                return true;
            });
        } catch (RuntimeException e) {
            throw translate(file, e);
        } finally {
            thread.close();
            // A call that came while we closed must not wait for a thread that is gone.
            pending.close();
            release(file);
        }
    }
}
