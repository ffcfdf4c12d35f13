package dev.culvert.dht;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * That a keeper was asked to keep a message of the outbox.
 *
 * @param sequence of the record that it was asked to keep
 * @param since when it was asked, or answered, the last time
 * @param kept whether it said that it does
 */
record KeeperMark(long sequence, Instant since, boolean kept) {
    private static final int LENGTH = 2 * Long.BYTES + 1;

    byte[] encode() {
        return ByteBuffer.allocate(LENGTH)
                .putLong(sequence)
                .putLong(since.getEpochSecond())
                .put((byte) (kept ? 1 : 0))
                .array();
    }

    /** Null when these are not the bytes of one. */
    static @Nullable KeeperMark decode(byte[] bytes) {
        if (bytes.length != LENGTH) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        long sequence = in.getLong();
        long since = in.getLong();
        boolean inRange = since >= 0 && since <= Instant.MAX.getEpochSecond();
        return inRange ? new KeeperMark(sequence, Instant.ofEpochSecond(since), in.get() == 1) : null;
    }
}
