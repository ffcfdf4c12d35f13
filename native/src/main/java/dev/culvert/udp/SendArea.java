package dev.culvert.udp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where datagrams are laid out for the native core: where to, how long each is, and their bytes one behind the other. One
 * thread at a time, which takes it from {@link SendAreas}.
 */
final class SendArea {
    /** Datagrams of one call; more would only wait longer for the first to leave. */
    static final int MAX_DATAGRAMS = 256;

    /** Two of the largest, or two full runs of segments. */
    private static final int DATA_BYTES = 128 << 10;

    private static final int TARGET = 0;
    private static final int SOURCE = TARGET + AddressRecord.BYTES;
    private static final int LENGTHS = SOURCE + AddressRecord.BYTES;
    private static final int DATA = LENGTHS + MAX_DATAGRAMS * Integer.BYTES;

    private final DirectMemory memory = new DirectMemory(DATA + DATA_BYTES);
    private final ByteBuffer bytes = memory.bytes();
    private @Nullable InetSocketAddress target; // what is laid out now: as a rule the next one is the same
    private @Nullable InetAddress source;
    private int datagrams;
    private int used;

    /** Begins anew; false if the address has not been resolved. */
    @SuppressWarnings("ReferenceEquality") // quicker; an equal one is written once more, which changes nothing
    boolean aim(InetSocketAddress to, @Nullable InetAddress from) {
        datagrams = 0;
        used = 0;
        if (to != target) {
            if (!AddressRecord.write(bytes, TARGET, to)) {
                return false;
            }
            target = to;
        }
        if (from != source) {
            if (from == null) {
                AddressRecord.clear(bytes, SOURCE);
            } else {
                AddressRecord.write(bytes, SOURCE, from, 0);
            }
            source = from;
        }
        return true;
    }

    /** Copies one more; false if there is no room, or it is longer than any may be. The buffer stays as it is. */
    boolean add(ByteBuffer payload) {
        int length = payload.remaining();
        if (datagrams == MAX_DATAGRAMS || length > DATA_BYTES - used || length > UdpChannel.MAX_PAYLOAD) {
            return false;
        }
        bytes.put(DATA + used, payload, payload.position(), length);
        bytes.putInt(LENGTHS + datagrams * Integer.BYTES, length);
        datagrams++;
        used += length;
        return true;
    }

    /** How many were added. */
    int datagrams() {
        return datagrams;
    }

    /** Sends the one that was added. */
    int sendOne(long socket) {
        return CoreCalls.send(socket, memory.address() + TARGET, memory.address() + DATA, used);
    }

    /** Sends all; returns how many have left, or what kept the first from it. */
    int sendAll(long socket) {
        return CoreCalls.sendMany(
                socket, memory.address() + TARGET, memory.address() + DATA, memory.address() + LENGTHS, datagrams);
    }
}
