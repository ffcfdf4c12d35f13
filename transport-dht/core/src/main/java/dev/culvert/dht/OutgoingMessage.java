package dev.culvert.dht;

import dev.culvert.transport.MessageId;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message on disk that its receiver has not acknowledged.
 *
 * @param id the message's id
 * @param expiry when it is given up, in whole seconds
 * @param payload the bytes
 */
record OutgoingMessage(MessageId id, Instant expiry, byte[] payload) {
    /** What a message takes in memory beyond its bytes, about. */
    static final int COST = 256;

    private static final int HEADER_LENGTH = MessageId.LENGTH + Long.BYTES;

    byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(HEADER_LENGTH + payload.length);
        id.writeTo(out);
        return out.putLong(expiry.getEpochSecond()).put(payload).array();
    }

    /** Null when these are not the bytes of a message. */
    static @Nullable OutgoingMessage decode(byte[] bytes) {
        if (bytes.length < HEADER_LENGTH) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        MessageId id = MessageId.readFrom(in);
        long expiry = in.getLong();
        if (expiry < 1 || expiry > Instant.MAX.getEpochSecond()) {
            return null;
        }
        byte[] payload = new byte[in.remaining()];
        in.get(payload);
        return new OutgoingMessage(id, Instant.ofEpochSecond(expiry), payload);
    }

    @Override
    public String toString() {
        return "OutgoingMessage[" + id + ", expiry " + expiry + ", " + payload.length + " bytes]";
    }
}
