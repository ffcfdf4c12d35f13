package dev.culvert.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes a file that comes in parts and digests what has been written. Handler thread only. */
final class FileReceiver {
    /** A file that has arrived, with the SHA3-512 of what is on disk. */
    record Received(long length, String digest) {}

    private final Path target;
    private @Nullable OutputStream out;
    private long left;

    FileReceiver(Path target) {
        this.target = target;
    }

    /** Starts a file; it is there at once if it is empty. */
    Optional<Received> begin(byte[] head) {
        try {
            left = ByteBuffer.wrap(head).getLong(1);
            OutputStream to = Files.newOutputStream(target);
            out = to;
            return left == 0 ? Optional.of(finish(to)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("Can not write " + target, e);
        }
    }

    /** Takes a part; the file when this was the last. */
    Optional<Received> part(byte[] payload) {
        OutputStream to = out;
        int length = payload.length - 1;
        if (to == null || length > left) {
            throw new IllegalStateException("A part of no file, or of more than the file has");
        }
        try {
            to.write(payload, 1, length);
            left -= length;
            return left == 0 ? Optional.of(finish(to)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("Can not write " + target, e);
        }
    }

    private Received finish(OutputStream to) throws IOException {
        to.close();
        out = null;
        return digest(target);
    }

    /** Reads a file back and digests it. */
    static Received digest(Path file) throws IOException {
        MessageDigest digest = Digests.sha3();
        byte[] block = new byte[1 << 16];
        long length = 0;
        try (var in = Files.newInputStream(file)) {
            int read = in.read(block);
            while (read >= 0) {
                digest.update(block, 0, read);
                length += read;
                read = in.read(block);
            }
        }
        return new Received(length, HexFormat.of().formatHex(digest.digest()));
    }
}
