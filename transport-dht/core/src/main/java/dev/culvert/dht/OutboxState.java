package dev.culvert.dht;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where the outbox towards one peer stands. Messages have ordinals that never change; their index, which names the
 * slot in the DHT, counts from {@code start} in the present generation. A new generation begins whenever the peer waits
 * at another index than the oldest message has: after a message expired or went another way, when either side lost its disk, or when this
 * side may have. The peer
 * repeats the generation in its acknowledgement, so that one for an earlier numbering never removes a message. Immutable.
 *
 * @param generation larger for later numberings
 * @param start index of the first message of this generation
 * @param base ordinal of that message
 * @param head ordinal of the oldest message that is not acknowledged
 * @param tail ordinal of the next message to be added
 * @param ackSequence sequence number of the newest acknowledgement seen, 0 for none
 */
record OutboxState(long generation, long start, long base, long head, long tail, long ackSequence) {
    private static final int LENGTH = 6 * Long.BYTES;

    /** The state towards a peer that nothing is known about. */
    static OutboxState fresh(Instant now) {
        return new OutboxState(Math.max(1, now.toEpochMilli()), 0, 0, 0, 0, 0);
    }

    boolean isEmpty() {
        return head == tail;
    }

    /** Messages not acknowledged. */
    int size() {
        return (int) (tail - head);
    }

    long indexOf(long ordinal) {
        return start + ordinal - base;
    }

    /** With one more message, whose ordinal is the present tail. */
    OutboxState appended() {
        return new OutboxState(generation, start, base, head, tail + 1, ackSequence);
    }

    /**
     * Without the oldest messages, because they expired or went another way. The others are numbered anew from the index the peer waits at,
     * which else would wait for ever.
     */
    OutboxState without(int count, Instant now) {
        long waitsAt = indexOf(head);
        return new OutboxState(generation, start, base, head + count, tail, ackSequence).renumbered(now, 0, waitsAt);
    }

    /**
     * The same messages in a new numbering. For the first message after a start: should the disk have gone back to an
     * earlier state, numbers may be in use already for messages that it forgot.
     */
    OutboxState restarted(Instant now) {
        return renumbered(now, 0, indexOf(head));
    }

    /** Takes an acknowledgement into account, if it is newer than those before. */
    OutboxState acknowledged(QueueAck ack, long sequence, Instant now) {
        if (sequence <= ackSequence) {
            return this;
        }
        OutboxState noted = new OutboxState(generation, start, base, head, tail, sequence);
        if (ack.generation() == generation && ack.next() >= indexOf(head) && ack.next() <= indexOf(tail)) {
            return new OutboxState(generation, start, base, base + ack.next() - start, tail, sequence);
        }
        boolean notSeenYet = ack.generation() < generation && ack.next() == start && head == base;
        return notSeenYet ? noted : noted.renumbered(now, ack.generation(), ack.next());
    }

    private OutboxState renumbered(Instant now, long above, long from) {
        long next = Math.max(now.toEpochMilli(), Math.max(generation, above) + 1);
        return new OutboxState(next, from, head, head, tail, ackSequence);
    }

    byte[] encode() {
        return ByteBuffer.allocate(LENGTH)
                .putLong(generation)
                .putLong(start)
                .putLong(base)
                .putLong(head)
                .putLong(tail)
                .putLong(ackSequence)
                .array();
    }

    /** Null when these are not the bytes of a state. */
    static @Nullable OutboxState decode(byte[] bytes) {
        if (bytes.length != LENGTH) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        OutboxState state =
                new OutboxState(in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong());
        boolean ordered = 0 <= state.base && state.base <= state.head && state.head <= state.tail;
        return ordered && state.generation > 0 && state.start >= 0 ? state : null;
    }
}
