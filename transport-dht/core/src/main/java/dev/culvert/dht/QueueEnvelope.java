package dev.culvert.dht;

import dev.culvert.transport.MessageId;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The payload of an outbox record: one whole message and where it stands in the sender's numbering.
 *
 * @param generation the sender's numbering, see {@link OutboxState}
 * @param start index of the first message of that numbering
 * @param id the message's id
 * @param payload the message
 */
record QueueEnvelope(long generation, long start, MessageId id, byte[] payload) {
    /** Bytes before the message. */
    static final int HEADER_LENGTH = 1 + 2 * Long.BYTES + MessageId.LENGTH;

    /** The only kind so far. */
    private static final byte WHOLE_MESSAGE = 1;

    byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(HEADER_LENGTH + payload.length);
        out.put(WHOLE_MESSAGE).putLong(generation).putLong(start);
        id.writeTo(out);
        return out.put(payload).array();
    }

    /** Empty when these are not the bytes of an envelope for this index. */
    static Optional<QueueEnvelope> decode(byte[] bytes, long index) {
        if (bytes.length < HEADER_LENGTH || bytes[0] != WHOLE_MESSAGE) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
        long generation = in.getLong();
        long start = in.getLong();
        MessageId id = MessageId.readFrom(in);
        byte[] payload = new byte[in.remaining()];
        in.get(payload);
        boolean inRange = generation > 0 && generation < QueueAck.MAX && start >= 0 && start <= index;
        return inRange ? Optional.of(new QueueEnvelope(generation, start, id, payload)) : Optional.empty();
    }

    @Override
    public String toString() {
        return "QueueEnvelope[generation " + generation + ", " + id + ", " + payload.length + " bytes]";
    }
}
