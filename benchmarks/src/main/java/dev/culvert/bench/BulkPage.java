package dev.culvert.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A page that sender, receiver and who measures them share, whatever network each is in: numbers, each in a cache line of
 * its own and written by one process. {@code struct page} in gso.c is the same.
 */
final class BulkPage {
    private static final int BYTES = 4_096;
    private static final int RECEIVED = 0;
    private static final int SENT = 64;
    private static final int PORT = 128;
    private static final Path IN_MEMORY = Path.of("/dev/shm");

    private static final VarHandle NUMBER =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer page;

    /** Maps a page that {@link #create} has made. */
    BulkPage(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            page = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES).order(ByteOrder.nativeOrder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the file of an empty one, in memory where that can be; to be deleted by the caller. */
    static Path create() throws IOException {
        Path file = Files.isWritable(IN_MEMORY)
                ? Files.createTempFile(IN_MEMORY, "culvert-bench", ".page")
                : Files.createTempFile("culvert-bench", ".page");
        Files.write(file, new byte[BYTES]);
        return file;
    }

    /** Datagrams so far. */
    long received() {
        return (long) NUMBER.getAcquire(page, RECEIVED);
    }

    void received(long datagrams) {
        NUMBER.setRelease(page, RECEIVED, datagrams);
    }

    /** Datagrams so far. */
    long sent() {
        return (long) NUMBER.getAcquire(page, SENT);
    }

    void sent(long datagrams) {
        NUMBER.setRelease(page, SENT, datagrams);
    }

    /** The receiver's; 0 as long as it has none. */
    int port() {
        return Math.toIntExact((long) NUMBER.getAcquire(page, PORT));
    }

    void port(int port) {
        NUMBER.setRelease(page, PORT, (long) port);
    }
}
