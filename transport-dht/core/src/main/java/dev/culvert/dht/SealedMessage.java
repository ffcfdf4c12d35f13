package dev.culvert.dht;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A queued message as it was put into the DHT, kept so that it is put again unchanged: nodes and keepers then hold one
 * record, not one for each time.
 *
 * @param generation the numbering that it was sealed in, see {@link OutboxState}; in another it has another slot
 * @param sequence of the record
 * @param record what was put
 */
record SealedMessage(long generation, long sequence, byte[] record) {
    private static final int HEADER_LENGTH = 2 * Long.BYTES;

    byte[] encode() {
        return ByteBuffer.allocate(HEADER_LENGTH + record.length)
                .putLong(generation)
                .putLong(sequence)
                .put(record)
                .array();
    }

    /** Null when these are not the bytes of one. */
    static @Nullable SealedMessage decode(byte[] bytes) {
        if (bytes.length < HEADER_LENGTH) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        long generation = in.getLong();
        long sequence = in.getLong();
        byte[] record = new byte[in.remaining()];
        in.get(record);
        return generation > 0 && sequence > 0 ? new SealedMessage(generation, sequence, record) : null;
    }

    @Override
    public String toString() {
        return "SealedMessage[generation " + generation + ", sequence " + sequence + ", " + record.length + " bytes]";
    }
}
