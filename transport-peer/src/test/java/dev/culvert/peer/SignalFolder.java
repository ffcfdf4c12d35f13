package dev.culvert.peer;

import dev.culvert.transport.PeerId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Signalling between processes of one machine: the newest signal of each peer to each other is a file in a folder, which
 * stays there when its peer is killed. Owns one thread.
 */
final class SignalFolder implements Rendezvous {
    private static final Duration LOOK_PERIOD = Duration.ofMillis(20);

    private final Path folder;
    private final PeerId self;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

    SignalFolder(Path folder, PeerId self) {
        this.folder = folder;
        this.self = self;
    }

    private Path file(PeerId from, PeerId to) {
        return folder.resolve(from + "-" + to);
    }

    @Override
    public CompletableFuture<Void> publish(PeerId to, byte[] signal, Duration ttl) {
        return CompletableFuture.runAsync(() -> put(file(self, to), signal), thread);
    }

    private static void put(Path file, byte[] signal) {
        Path whole = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.write(whole, signal);
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Watch watch(PeerId from, Duration interval, Consumer<byte[]> listener) {
        Path file = file(from, self);
        byte[][] last = {new byte[0]};
        ScheduledFuture<?> looking = thread.scheduleWithFixedDelay(
                () -> {
                    byte[] now = get(file);
                    if (!Arrays.equals(now, last[0])) {
                        last[0] = now;
                        listener.accept(now);
                    }
                },
                0,
                LOOK_PERIOD.toMillis(),
                TimeUnit.MILLISECONDS);
        return () -> looking.cancel(false);
    }

    private static byte[] get(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return new byte[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
