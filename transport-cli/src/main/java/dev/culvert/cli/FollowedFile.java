package dev.culvert.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A file that someone else writes meanwhile, as a stream that waits at its end for more, and for the file to appear
 * first. Ends when it is closed, which any thread may do; fails when the file gets shorter than what was read. Read by
 * one.
 */
final class FollowedFile extends InputStream {
    private static final long POLL_MILLIS = 20;

    private final Path path;
    private final CountDownLatch closed = new CountDownLatch(1);
    private long position; // reading thread only

    FollowedFile(Path path) {
        this.path = path;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        try {
            int read = readNow(ByteBuffer.wrap(bytes, offset, length));
            while (read <= 0) {
                if (closed.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                    return -1;
                }
                read = readNow(ByteBuffer.wrap(bytes, offset, length));
            }
            return read;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        }
    }

    /** Opened each time, so that nothing is left to close whichever thread ends it. */
    private int readNow(ByteBuffer bytes) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            if (file.size() < position) {
                throw new IOException(path + " was shortened while it was read");
            }
            int read = file.read(bytes, position);
            position += Math.max(read, 0);
            return read;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
