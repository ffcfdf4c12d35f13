package dev.culvert.ice.internal.ports;

import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The MAP messages of PCP version 2 (RFC 6887 sections 7 and 11.1), as bytes. */
final class Pcp {
    static final int VERSION = 2;

    /** Result codes; section 7.4. */
    static final int SUCCESS = 0;

    static final int UNSUPP_VERSION = 1;
    static final int NONCE_BYTES = 12;

    /** Longest message of PCP; section 7. */
    static final int MAX_BYTES = 1_100;

    private static final int OPCODE_MAP = 1;
    private static final int RESPONSE = 0x80;
    private static final int HEADER_BYTES = 24;
    private static final int MAP_BYTES = 36;
    private static final int MAP_MESSAGE_BYTES = HEADER_BYTES + MAP_BYTES;
    private static final int PROTOCOL_UDP = 17;
    private static final int ADDRESS_BYTES = 16;

    /**
     * A response to a MAP request.
     *
     * @param lifetimeSeconds how long the mapping lasts, or, in an error, how long asking again is in vain
     * @param epochSeconds how long the router has known its mappings; section 8.5
     * @param mapping what the response is about; null in an error that leaves it out
     */
    record Response(
            int resultCode,
            long lifetimeSeconds,
            long epochSeconds,
            @Nullable Mapping mapping) {
        /** Whether it is about the mapping with this nonce and port; section 11.4. */
        boolean isAbout(byte[] nonce, int internalPort) {
            return mapping != null && Arrays.equals(mapping.nonce(), nonce) && mapping.internalPort() == internalPort;
        }
    }

    /** The body of a MAP response; {@code external} is null if it is no IPv4 address. */
    record Mapping(
            byte[] nonce,
            int internalPort,
            int externalPort,
            @Nullable Inet4Address external) {}

    private Pcp() {}

    /**
     * Asks for a UDP mapping, or with a lifetime of 0 for its end.
     *
     * @param nonce 12 bytes, the same for as long as the mapping is ours; section 11.2
     * @param client our address towards the router: it must be the request's source
     * @param suggested what we would like outside; null for anything
     */
    static ByteBuffer mapRequest(
            byte[] nonce,
            Inet4Address client,
            int internalPort,
            int suggestedPort,
            @Nullable Inet4Address suggested,
            long lifetimeSeconds) {
        if (nonce.length != NONCE_BYTES) {
            throw new IllegalArgumentException("a nonce has 12 bytes, not " + nonce.length);
        }
        ByteBuffer out = ByteBuffer.allocate(MAP_MESSAGE_BYTES);
        out.put((byte) VERSION).put((byte) OPCODE_MAP).putShort((short) 0).putInt((int) lifetimeSeconds);
        putAddress(out, Ipv4.bits(client));
        out.put(nonce).putInt(PROTOCOL_UDP << 24);
        out.putShort((short) internalPort).putShort((short) suggestedPort);
        putAddress(out, suggested == null ? 0 : Ipv4.bits(suggested)); // ::ffff:0.0.0.0 is any, section 5
        return out.flip();
    }

    private static void putAddress(ByteBuffer out, int bits) {
        out.putLong(0).putShort((short) 0).putShort((short) 0xffff).putInt(bits);
    }

    /**
     * Reads a response to a MAP request; empty if it is none. One of another version counts if it says that ours is
     * not supported; section 9. The buffer stays as it was.
     */
    static Optional<Response> parse(ByteBuffer datagram) {
        ByteBuffer in = datagram.slice();
        int length = in.remaining();
        if (length < HEADER_BYTES || length > MAX_BYTES || length % 4 != 0) {
            return Optional.empty(); // section 8.3
        }
        int version = Byte.toUnsignedInt(in.get());
        int opcode = Byte.toUnsignedInt(in.get());
        in.get();
        int result = Byte.toUnsignedInt(in.get());
        if (version == NatPmp.VERSION || opcode != (RESPONSE | OPCODE_MAP)) {
            return Optional.empty();
        }
        long lifetime = Integer.toUnsignedLong(in.getInt());
        long epoch = Integer.toUnsignedLong(in.getInt());
        if (version != VERSION) {
            return result == UNSUPP_VERSION
                    ? Optional.of(new Response(result, lifetime, epoch, null))
                    : Optional.empty();
        }
        in.position(HEADER_BYTES);
        Mapping mapping = in.remaining() < MAP_BYTES ? null : parseMapping(in);
        if (result == SUCCESS && mapping == null) {
            return Optional.empty();
        }
        return Optional.of(new Response(result, lifetime, epoch, mapping));
    }

    private static @Nullable Mapping parseMapping(ByteBuffer in) {
        byte[] nonce = new byte[NONCE_BYTES];
        in.get(nonce);
        int protocol = in.getInt() >>> 24;
        int internal = Short.toUnsignedInt(in.getShort());
        int external = Short.toUnsignedInt(in.getShort());
        if (protocol != PROTOCOL_UDP) {
            return null;
        }
        byte[] address = new byte[ADDRESS_BYTES];
        in.get(address);
        return new Mapping(nonce, internal, external, ipv4(address));
    }

    private static @Nullable Inet4Address ipv4(byte[] mapped) {
        for (int i = 0; i < 10; i++) {
            if (mapped[i] != 0) {
                return null;
            }
        }
        return mapped[10] == -1 && mapped[11] == -1 ? Ipv4.of(Arrays.copyOfRange(mapped, 12, ADDRESS_BYTES)) : null;
    }
}
