package dev.culvert.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.transport.PeerId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The file that keeps an identity: 16 bytes of magic, 1 byte of version, the Ed25519 seed, the X25519 private key, and
 * the first 16 bytes of the SHA3-512 of all that. It appears whole or not at all, readable by its owner only. Stateless,
 * for any thread.
 */
final class IdentityFile {
    /** Bytes of both private keys together, the seed first. */
    static final int KEYS_LENGTH = SigningKey.SEED_LENGTH + PeerId.KEY_LENGTH;

    private static final byte[] MAGIC = "culvert identity".getBytes(US_ASCII);
    private static final byte VERSION = 1;
    private static final int KEYS_AT = MAGIC.length + 1;
    private static final int CHECKSUM_AT = KEYS_AT + KEYS_LENGTH;
    private static final int CHECKSUM_LENGTH = 16;

    /** Bytes of the file. */
    static final int LENGTH = CHECKSUM_AT + CHECKSUM_LENGTH;

    private IdentityFile() {}

    /** The private keys in the file. */
    static byte[] read(Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(LENGTH + 1); // one more shows a file that is too long, without reading all of it
        } catch (IOException e) {
            throw new IdentityFileException(
                    "The identity file " + file + " can not be read; check that it exists and is yours", e);
        }
        try {
            return decode(file, bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** Puts the keys there, over a file that may be there already. */
    static void replace(Path file, byte[] keys) {
        withTemporary(file, keys, temporary -> {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return true;
        });
    }

    /**
     * Puts the keys there unless something is there, a broken link included.
     *
     * @return false when something was there; it is as it was
     */
    static boolean create(Path file, byte[] keys) {
        return withTemporary(file, keys, temporary -> {
            try {
                return moveIntoGap(temporary, file);
            } catch (FileAlreadyExistsException e) {
                return false;
            }
        });
    }

    private static boolean moveIntoGap(Path temporary, Path file) throws IOException {
        try {
            // A hard link is the one call that both shows a whole file and fails when another process was quicker.
            Files.createLink(file, temporary);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | IOException e) {
            Files.move(temporary, file); // file systems without links: the check and the move are two steps here
        }
        return true;
    }

    private interface Placement {
        boolean place(Path temporary) throws IOException;
    }

    private static boolean withTemporary(Path file, byte[] keys, Placement placement) {
        byte[] bytes = encode(keys);
        try {
            Path folder = folderOf(file);
            Path temporary = Files.createTempFile(folder, ".identity-", ".tmp", ownerOnly(folder, "rw-------"));
            try {
                write(temporary, bytes);
                return placement.place(temporary);
            } finally {
                Files.deleteIfExists(temporary);
                forceNames(folder);
            }
        } catch (IOException e) {
            throw new IdentityFileException(
                    "The identity file " + file + " can not be written; choose a folder that is yours", e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static Path folderOf(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException("A file system's root is not a file");
        }
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, ownerOnly(file, "rwx------"));
        }
        return folder;
    }

    private static void write(Path temporary, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true); // before the name appears: a crash must not leave an empty identity
        }
    }

    /** Asks for the new name to survive a power cut, too: losing it would give the peer a new identity. */
    private static void forceNames(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException ignored) {
            // Windows opens no folders, and its file is there all the same.
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path near, String permissions) {
        if (!near.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0];
        }
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        };
    }

    private static byte[] encode(byte[] keys) {
        ByteBuffer out = ByteBuffer.allocate(LENGTH);
        out.put(MAGIC).put(VERSION).put(keys);
        out.put(checksum(out.array()));
        return out.array();
    }

    private static byte[] decode(Path file, byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw malformed(
                    file,
                    "it has " + (bytes.length > LENGTH ? "more than " + LENGTH : bytes.length) + " bytes instead of "
                            + LENGTH);
        }
        if (!Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw malformed(file, "it does not begin like one");
        }
        if (bytes[MAGIC.length] != VERSION) {
            throw malformed(file, "its version " + bytes[MAGIC.length] + " is not " + VERSION);
        }
        if (!MessageDigest.isEqual(checksum(bytes), Arrays.copyOfRange(bytes, CHECKSUM_AT, LENGTH))) {
            throw malformed(file, "its checksum does not match");
        }
        return Arrays.copyOfRange(bytes, KEYS_AT, CHECKSUM_AT);
    }

    private static byte[] checksum(byte[] bytes) {
        byte[] covered = Arrays.copyOf(bytes, CHECKSUM_AT);
        try {
            return Arrays.copyOf(Sha3.sha3_512(covered), CHECKSUM_LENGTH);
        } finally {
            Arrays.fill(covered, (byte) 0);
        }
    }

    private static IdentityFileException malformed(Path file, String reason) {
        return new IdentityFileException("The identity file " + file + " is malformed: " + reason
                + ". It was left untouched; restore it from a backup, or move it away to begin with a new identity");
    }
}
