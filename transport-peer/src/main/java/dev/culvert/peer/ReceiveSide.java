package dev.culvert.peer;

import dev.culvert.transport.MessageId;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a reliable session: puts segments in order, joins them to messages, and says what has come and
 * what was handled. Holds at most a window of segments, one unfinished message, and a bound of bytes that the app has
 * not handled yet; what is over is refused and will be sent again. Pure logic; one thread.
 */
final class ReceiveSide {
    /** Takes the messages, whole and in order. */
    @FunctionalInterface
    interface Messages {
        void onMessage(MessageId id, byte[] payload);
    }

    /** What one packet was. */
    enum Verdict {
        TAKEN,
        DUPLICATE,
        /** Outside the window or over the bound of unhandled bytes: not kept, so it will come again. */
        REFUSED,
        /** Breaks the format: an authenticated peer that does so is broken, and the session must end. */
        MALFORMED
    }

    /** Bytes handed to the app and not handled yet; beyond them a slow app slows the sender. */
    static final int MAX_UNHANDLED_BYTES = 4 << 20;

    /** What a message takes beyond its bytes, about: without it, empty ones would be kept without bound. */
    private static final int MESSAGE_COST = 256;

    private final int maxMessageBytes;
    private final TreeMap<Long, byte[]> outOfOrder = new TreeMap<>();
    private long expected;
    private long handled;
    private long unhandledBytes;
    private @Nullable MessageId unfinishedId;
    private int unfinishedLength;
    private ByteArrayOutputStream unfinished = new ByteArrayOutputStream(0);

    ReceiveSide(int maxMessageBytes) {
        this.maxMessageBytes = maxMessageBytes;
    }

    /** Takes a DATA packet, its buffer at the type byte. */
    Verdict onData(ByteBuffer packet, Messages messages) {
        if (packet.remaining() < Packets.DATA_HEAD) {
            return Verdict.MALFORMED;
        }
        packet.get();
        long sequence = packet.getLong();
        if (sequence < 0) {
            return Verdict.MALFORMED;
        }
        if (sequence < expected || outOfOrder.containsKey(sequence)) {
            return Verdict.DUPLICATE;
        }
        if (sequence >= expected + SendSide.MAX_WINDOW || unhandledBytes > MAX_UNHANDLED_BYTES) {
            return Verdict.REFUSED;
        }
        byte[] rest = new byte[packet.remaining()];
        packet.get(rest);
        outOfOrder.put(sequence, rest);
        byte[] next = outOfOrder.remove(expected);
        while (next != null) {
            expected++;
            if (!join(ByteBuffer.wrap(next), messages)) {
                return Verdict.MALFORMED;
            }
            next = outOfOrder.remove(expected);
        }
        return Verdict.TAKEN;
    }

    private boolean join(ByteBuffer segment, Messages messages) {
        byte flags = segment.get();
        boolean first = (flags & Packets.FIRST) != 0;
        if (first != (unfinishedId == null)) {
            return false;
        }
        if (first && !begin(segment)) {
            return false;
        }
        if (unfinished.size() + segment.remaining() > unfinishedLength) {
            return false;
        }
        byte[] part = new byte[segment.remaining()];
        segment.get(part);
        unfinished.writeBytes(part);
        if ((flags & Packets.LAST) == 0) {
            return true;
        }
        MessageId id = unfinishedId;
        if (id == null || unfinished.size() != unfinishedLength) {
            return false;
        }
        unhandledBytes += MESSAGE_COST + unfinishedLength;
        byte[] payload = unfinished.toByteArray();
        unfinishedId = null;
        unfinished = new ByteArrayOutputStream(0); // do not keep a large message's room
        messages.onMessage(id, payload);
        return true;
    }

    private boolean begin(ByteBuffer segment) {
        if (segment.remaining() < Packets.MESSAGE_HEAD) {
            return false;
        }
        unfinishedId = MessageId.readFrom(segment);
        unfinishedLength = segment.getInt();
        // The room grows with what arrives, not with what is announced.
        return unfinishedLength >= 0 && unfinishedLength <= maxMessageBytes;
    }

    /** The app is done with the next message in order. */
    void onHandled(int bytes) {
        handled++;
        unhandledBytes -= MESSAGE_COST + bytes;
    }

    /** The ACK that tells all of this. */
    ByteBuffer ack() {
        long beyond = 0;
        for (long sequence : outOfOrder.keySet()) {
            long bit = sequence - expected - 1;
            if (bit < Long.SIZE) {
                beyond |= 1L << bit;
            }
        }
        return ByteBuffer.allocate(Packets.ACK_LENGTH)
                .put(Packets.ACK)
                .putLong(expected)
                .putLong(beyond)
                .putLong(handled)
                .flip();
    }
}
