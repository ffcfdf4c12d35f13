package dev.culvert.udp;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The senders of late, so that a datagram of one of them costs no new object. Each has one place by its address and port;
 * who comes later takes it. One thread.
 */
final class AddressCache {
    private static final int SIZE = 256;

    private final long[] heads = new long[SIZE]; // family, port and scope
    private final long[] highs = new long[SIZE];
    private final long[] lows = new long[SIZE];
    private final @Nullable InetSocketAddress[] addresses = new InetSocketAddress[SIZE];

    /** The {@link AddressRecord} there; null if there is none. */
    @Nullable
    InetSocketAddress get(ByteBuffer memory, int at) {
        long head = memory.getLong(at);
        long high = memory.getLong(at + Long.BYTES);
        long low = memory.getLong(at + 2 * Long.BYTES);
        int place = place(head, high, low);
        InetSocketAddress known = addresses[place];
        if (known != null && heads[place] == head && highs[place] == high && lows[place] == low) {
            return known;
        }
        InetSocketAddress read = AddressRecord.read(memory, at);
        addresses[place] = read;
        heads[place] = head;
        highs[place] = high;
        lows[place] = low;
        return read;
    }

    private static int place(long head, long high, long low) {
        long mixed = (head * 31 + high) * 31 + low;
        mixed *= 0x9E37_79B9_7F4A_7C15L; // spreads what differs in few bits
        return (int) (mixed >>> (Long.SIZE - Integer.numberOfTrailingZeros(SIZE)));
    }
}
