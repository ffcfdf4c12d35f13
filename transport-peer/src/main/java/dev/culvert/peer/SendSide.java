package dev.culvert.peer;

import dev.culvert.transport.MessageId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a reliable session: cuts messages into numbered segments, keeps a window of them in flight,
 * repeats what is lost, and knows a message as delivered when the other side has handled it. Pure logic in the caller's
 * time (nanoseconds of any origin); one thread.
 *
 * <p>Loss is seen by three later segments acknowledged, or by a retransmission timer (RFC 6298's estimator with a
 * smaller floor). The window grows by one segment a round trip and halves when a timer fires.
 */
final class SendSide {
    /** What the logic wants done. */
    interface Output {
        /** Sends a packet now. The buffer is good until the call returns. */
        void packet(ByteBuffer plaintext);

        /** The other side has handled this message. */
        void delivered(MessageId id);
    }

    static final int MIN_WINDOW = 4;
    static final int START_WINDOW = 32;
    static final int MAX_WINDOW = 256;

    /** Segments later than a missing one before it counts as lost. */
    private static final int REORDERING = 3;

    /** The estimator learns nothing of what varies less often than acknowledgements come: so much is always added. */
    private static final long MIN_SLACK = Duration.ofMillis(30).toNanos();

    private static final long MAX_RTO = Duration.ofSeconds(1).toNanos();
    private static final long START_RTO = Duration.ofMillis(300).toNanos();

    private static final class Segment {
        final byte[] packet;
        long sentNanos;
        int sends;

        Segment(byte[] packet) {
            this.packet = packet;
        }
    }

    private static final class Outgoing {
        final MessageId id;
        final byte[] payload;
        int cut;

        Outgoing(MessageId id, byte[] payload) {
            this.id = id;
            this.payload = payload;
        }
    }

    private final Deque<Outgoing> toCut = new ArrayDeque<>();
    private final Deque<MessageId> undelivered = new ArrayDeque<>();
    /** Last segments of messages that have not arrived whole yet. */
    private final Deque<Long> lastSegments = new ArrayDeque<>();

    private final TreeMap<Long, Segment> inFlight = new TreeMap<>();
    private long nextSequence;
    private long arrivedCount;
    private long deliveredCount;
    private double window = START_WINDOW;
    private long smoothedRtt;
    private long rttVariation;
    private long rto = START_RTO;
    private int pings;
    private long nextPingNanos;
    private long resent;

    /** Time-outs since the other side last answered, those of one period as one. */
    private int unansweredTimeouts;

    private long lastTimeoutNanos;

    void offer(MessageId id, byte[] payload) {
        toCut.add(new Outgoing(id, payload));
        undelivered.add(id);
    }

    boolean isIdle() {
        return undelivered.isEmpty();
    }

    /** Segments sent again since the last call. */
    long takeResent() {
        long count = resent;
        resent = 0;
        return count;
    }

    /** Retransmission time-outs in a row without any answer; those that fall together count as one. */
    int unansweredTimeouts() {
        return unansweredTimeouts;
    }

    private void noteTimeout(long now) {
        if (unansweredTimeouts == 0 || now - lastTimeoutNanos >= rto) {
            unansweredTimeouts++;
            lastTimeoutNanos = now;
        }
    }

    /** Sends what is due: lost segments, new ones as the window allows, or a ping when only handling is awaited. */
    void poll(long now, Output output) {
        resendTimedOut(now, output);
        while (!toCut.isEmpty() && inFlight.size() < (int) window) {
            Segment segment = new Segment(cutNext());
            inFlight.put(nextSequence++, segment);
            send(segment, now, output);
        }
        if (inFlight.isEmpty() && !undelivered.isEmpty()) {
            pingIfDue(now, output);
        }
    }

    private void resendTimedOut(long now, Output output) {
        boolean timedOut = false;
        for (Segment segment : inFlight.values()) {
            if (now - segment.sentNanos >= timeoutOf(segment)) {
                timedOut = true;
                resend(segment, now, output);
            }
        }
        if (timedOut) {
            window = Math.max(MIN_WINDOW, window / 2);
            noteTimeout(now);
        }
    }

    private long timeoutOf(Segment segment) {
        return Math.min(MAX_RTO, rto << Math.min(segment.sends - 1, 5));
    }

    private void resend(Segment segment, long now, Output output) {
        resent++;
        send(segment, now, output);
    }

    private static void send(Segment segment, long now, Output output) {
        segment.sentNanos = now;
        segment.sends++;
        output.packet(ByteBuffer.wrap(segment.packet).asReadOnlyBuffer());
    }

    private byte[] cutNext() {
        Outgoing message = toCut.element();
        boolean first = message.cut == 0;
        int head = Packets.DATA_HEAD + (first ? Packets.MESSAGE_HEAD : 0);
        int length = Math.min(message.payload.length - message.cut, Packets.MAX_PLAINTEXT - head);
        boolean last = message.cut + length == message.payload.length;
        ByteBuffer packet = ByteBuffer.allocate(head + length);
        packet.put(Packets.DATA).putLong(nextSequence);
        packet.put((byte) ((first ? Packets.FIRST : 0) | (last ? Packets.LAST : 0)));
        if (first) {
            message.id.writeTo(packet);
            packet.putInt(message.payload.length);
        }
        packet.put(message.payload, message.cut, length);
        message.cut += length;
        if (last) {
            toCut.remove();
            lastSegments.add(nextSequence);
        }
        return packet.array();
    }

    private void pingIfDue(long now, Output output) {
        if (pings == 0) {
            // The answer to the last segment may still come by itself.
            nextPingNanos = now + rto;
            pings = 1;
        } else if (now - nextPingNanos >= 0) {
            if (pings > 1) {
                noteTimeout(now); // the ping before this one
            }
            output.packet(ByteBuffer.wrap(new byte[] {Packets.PING}));
            nextPingNanos = now + Math.min(MAX_RTO, rto << Math.min(pings, 5));
            pings++;
        }
    }

    /**
     * Takes an acknowledgement.
     *
     * @param expected the lowest sequence the other side still misses
     * @param beyond bit i set: {@code expected + 1 + i} has arrived
     * @param handled how many messages it has handled
     * @return false, and nothing was done, if it speaks of what was never sent: the peer is broken
     */
    boolean onAck(long now, long expected, long beyond, long handled, Output output) {
        if (!wasSent(expected, beyond)) {
            return false;
        }
        unansweredTimeouts = 0;
        noteArrived(expected);
        if (handled < 0 || handled > arrivedCount) {
            return false;
        }
        long highest = expected - 1;
        @Nullable Segment newest = acknowledged(inFlight.headMap(expected, false), null);
        for (int i = 0; i < Long.SIZE; i++) {
            if ((beyond & 1L << i) != 0) {
                long sequence = expected + 1 + i;
                newest = acknowledged(inFlight.subMap(sequence, true, sequence, true), newest);
                highest = sequence;
            }
        }
        if (newest != null && newest.sends == 1) { // Karn: a repeated one does not say which was answered
            sampleRtt(now - newest.sentNanos);
        }
        for (Segment lost : inFlight.headMap(highest - REORDERING + 1).values()) {
            // Once a round trip at most: the repetition needs one to be acknowledged.
            if (now - lost.sentNanos >= (smoothedRtt == 0 ? rto : smoothedRtt)) {
                resend(lost, now, output);
            }
        }
        while (deliveredCount < handled && !undelivered.isEmpty()) {
            deliveredCount++;
            pings = 0;
            output.delivered(undelivered.remove());
        }
        return true;
    }

    private boolean wasSent(long expected, long beyond) {
        if (expected < 0 || expected > nextSequence) {
            return false;
        }
        // The last bit set stands for expected + 64 - its leading zeros.
        return beyond == 0 || expected + Long.SIZE - Long.numberOfLeadingZeros(beyond) < nextSequence;
    }

    private void noteArrived(long expected) {
        while (!lastSegments.isEmpty() && lastSegments.element() < expected) {
            lastSegments.remove();
            arrivedCount++;
        }
    }

    /** Returns the last of the segments, or the one before if there are none. */
    private @Nullable Segment acknowledged(NavigableMap<Long, Segment> segments, @Nullable Segment before) {
        Segment last = before;
        for (Segment segment : segments.values()) {
            window = Math.min(MAX_WINDOW, window + 1 / window);
            last = segment;
        }
        segments.clear();
        return last;
    }

    private void sampleRtt(long rtt) {
        if (smoothedRtt == 0) {
            smoothedRtt = Math.max(rtt, 1);
            rttVariation = rtt / 2;
        } else {
            rttVariation = (3 * rttVariation + Math.abs(smoothedRtt - rtt)) / 4;
            smoothedRtt = (7 * smoothedRtt + rtt) / 8;
        }
        rto = Math.min(MAX_RTO, smoothedRtt + Math.max(MIN_SLACK, 4 * rttVariation));
    }

    /** When {@link #poll} next has something to do without other input; {@link Long#MAX_VALUE} for never. */
    long nanosToNextPoll(long now) {
        if (undelivered.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long left = Long.MAX_VALUE;
        for (Segment segment : inFlight.values()) {
            left = Math.min(left, segment.sentNanos + timeoutOf(segment) - now);
        }
        if (inFlight.isEmpty() && pings > 0) {
            left = Math.min(left, nextPingNanos - now);
        }
        return Math.max(0, left);
    }

    /** Hands over what was not delivered, in order. */
    void drainUndelivered(Consumer<MessageId> taker) {
        undelivered.forEach(taker);
        undelivered.clear();
        lastSegments.clear();
        toCut.clear();
        inFlight.clear();
    }
}
