package dev.culvert.udp;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** How {@code struct cv_datagram} lies in memory, seen through a window that moves from one to the next. One thread. */
final class DatagramRecord implements PacketInfo {
    static final int BYTES = 64;

    /** An {@link AddressRecord}. */
    static final int FROM = 0;

    private static final int TO = 32;
    private static final int LENGTH = 48;
    private static final int SEGMENT = 52;
    private static final int TRAFFIC_CLASS = 54;
    private static final int FLAGS = 55;
    private static final int KERNEL_DROPS = 56;
    private static final int HAS_TO = 1;
    private static final int TRUNCATED = 2;
    private static final int V6_BYTES = 16;

    private final ByteBuffer memory;
    private int at;

    DatagramRecord(ByteBuffer memory) {
        this.memory = memory;
    }

    void moveTo(int number) {
        at = number * BYTES;
    }

    /** Where the sender's address is. */
    int from() {
        return at + FROM;
    }

    /** Bytes of all segments. */
    int length() {
        return memory.getInt(at + LENGTH);
    }

    /** Bytes of each segment but the last, which may have less. */
    int segment() {
        return Short.toUnsignedInt(memory.getShort(at + SEGMENT));
    }

    boolean isTruncated() {
        return (memory.get(at + FLAGS) & TRUNCATED) != 0;
    }

    long kernelDrops() {
        return Integer.toUnsignedLong(memory.getInt(at + KERNEL_DROPS));
    }

    @Override
    public @Nullable InetAddress destination() {
        boolean known = (memory.get(at + FLAGS) & HAS_TO) != 0;
        return known ? AddressRecord.ip(memory, at + TO, V6_BYTES, 0) : null;
    }

    @Override
    public int trafficClass() {
        return Byte.toUnsignedInt(memory.get(at + TRAFFIC_CLASS));
    }
}
