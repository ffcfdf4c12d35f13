package dev.culvert.udp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory that Java reads and writes as a buffer and the native core through its address. Freed with this object, by the
 * garbage collector: whoever passes {@link #address} to a call must keep it reachable until the call is over.
 */
final class DirectMemory {
    private final ByteBuffer bytes;
    private final long address;

    /** Zeroed. */
    DirectMemory(int size) {
        bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
        address = CoreCalls.addressOf(bytes);
    }

    /** All of it, in the machine's byte order. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** Where it begins. */
    long address() {
        return address;
    }
}
