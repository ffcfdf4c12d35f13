package dev.culvert.dht;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Values in a store: its engine guards its structure with checksums, but not the values in it. Stateless. */
final class Checksummed {
    private static final int LENGTH = Integer.BYTES;

    private Checksummed() {}

    static byte[] of(byte[] body) {
        return ByteBuffer.allocate(LENGTH + body.length)
                .putInt(checksum(body))
                .put(body)
                .array();
    }

    /**
     * The value that {@link #of} was given.
     *
     * @throws StoreUnreadableException if these bytes are not what it made
     */
    static byte[] read(StoreFile file, byte[] bytes) {
        if (bytes.length >= LENGTH) {
            byte[] body = Arrays.copyOfRange(bytes, LENGTH, bytes.length);
            if (checksum(body) == ByteBuffer.wrap(bytes).getInt()) {
                return body;
            }
        }
        throw file.damaged("content");
    }

    static int checksum(byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(body);
        return (int) crc.getValue();
    }
}
