package dev.culvert.udp;

import dev.culvert.udp.IcmpError.Kind;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/** How {@code struct cv_icmp} lies in memory. */
final class IcmpRecord {
    static final int BYTES = 128;

    private static final int DESTINATION = 0;
    private static final int OFFENDER = 32;
    private static final int KIND = 64;
    private static final int MTU = 68;
    private static final int LENGTH = 76;
    private static final int PREFIX = 80;

    /** In the order of {@code enum cv_icmp_kind}. */
    private static final Kind[] KINDS = Kind.values();

    private IcmpRecord() {}

    /** Empty if the kernel did not say where the datagram was going. */
    static Optional<IcmpError> read(ByteBuffer memory, int at) {
        InetSocketAddress destination = AddressRecord.read(memory, at + DESTINATION);
        if (destination == null) {
            return Optional.empty();
        }
        InetSocketAddress offender = AddressRecord.read(memory, at + OFFENDER);
        int kind = memory.get(at + KIND);
        byte[] prefix = new byte[memory.getInt(at + LENGTH)];
        memory.get(at + PREFIX, prefix);
        return Optional.of(new IcmpError(
                destination,
                offender == null ? null : offender.getAddress(),
                kind >= 0 && kind < KINDS.length ? KINDS[kind] : Kind.OTHER,
                Math.max(0, memory.getInt(at + MTU)),
                ByteBuffer.wrap(prefix)));
    }
}
