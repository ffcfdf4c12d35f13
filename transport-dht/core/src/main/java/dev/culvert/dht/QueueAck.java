package dev.culvert.dht;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The payload of an acknowledgement: all messages of a generation below an index were delivered.
 *
 * @param generation the sender's numbering, 0 when no message was received
 * @param next index of the first message not delivered
 */
record QueueAck(long generation, long next) {
    private static final int LENGTH = 2 * Long.BYTES;

    /** No honest peer comes near; keeps all sums far from an overflow. */
    static final long MAX = 1L << 60;

    byte[] encode() {
        return ByteBuffer.allocate(LENGTH).putLong(generation).putLong(next).array();
    }

    /** Empty when these are not the bytes of an acknowledgement. */
    static Optional<QueueAck> decode(byte[] payload) {
        if (payload.length != LENGTH) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(payload);
        QueueAck ack = new QueueAck(in.getLong(), in.getLong());
        boolean inRange = ack.generation >= 0 && ack.generation < MAX && ack.next >= 0 && ack.next < MAX;
        return inRange ? Optional.of(ack) : Optional.empty();
    }
}
