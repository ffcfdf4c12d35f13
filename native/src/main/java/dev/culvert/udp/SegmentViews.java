package dev.culvert.udp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Windows on the segments of one received message, each of which shows its own datagram and no other. They are kept, as
 * one message after the other has segments of the same length; whatever a receiver does to one, the next finds it as new.
 * One thread.
 */
final class SegmentViews {
    private final ByteBuffer room;
    private final ByteBuffer whole;
    private @Nullable ByteBuffer[] views = new ByteBuffer[0];
    private int size;

    /** @param room the message's own part of the memory that is received into */
    SegmentViews(ByteBuffer room) {
        this.room = room;
        whole = room.duplicate();
    }

    /** A message that is one datagram. */
    ByteBuffer whole(int length) {
        return renewed(whole, length);
    }

    /** One of several. */
    ByteBuffer segment(int number, int segmentBytes, int length) {
        if (segmentBytes != size) {
            Arrays.fill(views, null);
            size = segmentBytes;
        }
        if (number >= views.length) {
            views = Arrays.copyOf(views, Math.max(2 * views.length, number + 1));
        }
        ByteBuffer view = views[number];
        if (view == null) {
            int from = number * segmentBytes;
            view = room.slice(from, Math.min(segmentBytes, room.capacity() - from));
            views[number] = view;
        }
        return renewed(view, length);
    }

    /** An app may have read numbers of the other order: the next datagram may be STUN. */
    private static ByteBuffer renewed(ByteBuffer view, int length) {
        return view.clear().limit(length).order(ByteOrder.BIG_ENDIAN);
    }
}
