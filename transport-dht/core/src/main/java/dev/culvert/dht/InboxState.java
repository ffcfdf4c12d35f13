package dev.culvert.dht;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far the messages of one sender were received. Immutable.
 *
 * @param generation the sender's numbering that {@code next} belongs to, 0 before the first message
 * @param next index of the next message to deliver
 * @param ackSequence a sequence number that the next acknowledgement must exceed
 * @param deliveredAt seconds since 1970 of the last delivery, 0 for none
 */
record InboxState(long generation, long next, long ackSequence, long deliveredAt) {
    /** Nothing received yet. */
    static final InboxState INITIAL = new InboxState(0, 0, 0, 0);

    private static final int LENGTH = 4 * Long.BYTES;

    /** After the message at {@code next} was delivered. */
    InboxState delivered(long newAckSequence, Instant now) {
        return new InboxState(generation, next + 1, newAckSequence, now.getEpochSecond());
    }

    /** At the beginning of a later numbering. */
    InboxState movedTo(long newGeneration, long start) {
        return new InboxState(newGeneration, start, ackSequence, deliveredAt);
    }

    /** Whether something was delivered that its sender may still wait to see acknowledged. */
    boolean mayBeAwaited(Instant now) {
        return deliveredAt + SignedBody.MAX_LIFE.toSeconds() > now.getEpochSecond();
    }

    QueueAck ack() {
        return new QueueAck(generation, next);
    }

    byte[] encode() {
        return ByteBuffer.allocate(LENGTH)
                .putLong(generation)
                .putLong(next)
                .putLong(ackSequence)
                .putLong(deliveredAt)
                .array();
    }

    /** Null when these are not the bytes of a state. */
    static @Nullable InboxState decode(byte[] bytes) {
        if (bytes.length != LENGTH) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        InboxState state = new InboxState(in.getLong(), in.getLong(), in.getLong(), in.getLong());
        return state.generation >= 0 && state.next >= 0 ? state : null;
    }
}
