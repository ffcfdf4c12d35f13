package dev.culvert.udp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** How {@code struct cv_address} lies in memory: 32 bytes, in the machine's byte order but for the address itself. */
final class AddressRecord {
    static final int BYTES = 32;

    private static final int FAMILY = 0;
    private static final int PORT = 2;
    private static final int SCOPE = 4;
    private static final int ADDRESS = 8;
    private static final short NONE = 0;
    private static final short V4 = 4;
    private static final short V6 = 6;
    private static final int V4_BYTES = 4;
    private static final int V6_BYTES = 16;

    private AddressRecord() {}

    /** Writes an address; false if it has none, as an unresolved one. */
    static boolean write(ByteBuffer memory, int at, InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        if (ip == null) {
            return false;
        }
        write(memory, at, ip, address.getPort());
        return true;
    }

    static void write(ByteBuffer memory, int at, InetAddress ip, int port) {
        byte[] bytes = ip.getAddress();
        memory.putShort(at + FAMILY, bytes.length == V4_BYTES ? V4 : V6);
        memory.putShort(at + PORT, (short) port);
        memory.putInt(at + SCOPE, ip instanceof Inet6Address v6 ? v6.getScopeId() : 0);
        memory.put(at + ADDRESS, bytes);
    }

    /** Writes that there is none. */
    static void clear(ByteBuffer memory, int at) {
        memory.putShort(at + FAMILY, NONE);
    }

    /** Reads an address; null if there is none. */
    static @Nullable InetSocketAddress read(ByteBuffer memory, int at) {
        short family = memory.getShort(at + FAMILY);
        if (family != V4 && family != V6) {
            return null;
        }
        int scope = memory.getInt(at + SCOPE);
        InetAddress ip = ip(memory, at + ADDRESS, family == V4 ? V4_BYTES : V6_BYTES, scope);
        return new InetSocketAddress(ip, Short.toUnsignedInt(memory.getShort(at + PORT)));
    }

    /** Reads 4 or 16 bytes; IPv4 that is mapped into IPv6 becomes IPv4. */
    static InetAddress ip(ByteBuffer memory, int at, int length, int scope) {
        byte[] bytes = new byte[length];
        memory.get(at, bytes);
        try {
            return scope == 0 ? InetAddress.getByAddress(bytes) : Inet6Address.getByAddress(null, bytes, scope);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("An address has 4 or 16 bytes", e);
        }
    }
}
