package dev.culvert.ice.internal.ports;

import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The messages of NAT-PMP (RFC 6886 section 3), as bytes. */
final class NatPmp {
    static final int VERSION = 0;

    /** What a response's result code says; section 3.5. */
    static final int SUCCESS = 0;

    static final int UNSUPPORTED_VERSION = 1;

    private static final int OPCODE_ADDRESS = 0;
    private static final int OPCODE_MAP_UDP = 1;
    private static final int RESPONSE = 128;
    private static final int HEADER_BYTES = 8;
    private static final int ADDRESS_RESPONSE_BYTES = 12;
    private static final int MAP_RESPONSE_BYTES = 16;

    /** What a router says. {@code epochSeconds} is how long it has known its mappings (section 3.6). */
    sealed interface Response {
        long epochSeconds();
    }

    /** Section 3.2. */
    record AddressResponse(long epochSeconds, Inet4Address external) implements Response {}

    /** Section 3.3. After a deletion, {@code externalPort} and {@code lifetimeSeconds} are 0. */
    record MapResponse(long epochSeconds, int internalPort, int externalPort, long lifetimeSeconds)
            implements Response {}

    /** Any response with a result code but success, whatever else is in it. */
    record Refusal(long epochSeconds, boolean ofMapping, int resultCode) implements Response {}

    private NatPmp() {}

    /** Asks for the address outside; section 3.2. */
    static ByteBuffer addressRequest() {
        return ByteBuffer.allocate(2)
                .put((byte) VERSION)
                .put((byte) OPCODE_ADDRESS)
                .flip();
    }

    /**
     * Asks for a UDP mapping, or with a lifetime of 0 for its end; sections 3.3 and 3.4.
     *
     * @param externalPort the port that we would like outside; 0 in a deletion
     */
    static ByteBuffer mapRequest(int internalPort, int externalPort, long lifetimeSeconds) {
        return ByteBuffer.allocate(12)
                .put((byte) VERSION)
                .put((byte) OPCODE_MAP_UDP)
                .putShort((short) 0)
                .putShort((short) internalPort)
                .putShort((short) externalPort)
                .putInt((int) lifetimeSeconds)
                .flip();
    }

    /** Reads a response; empty if it is none. The buffer stays as it was. */
    static Optional<Response> parse(ByteBuffer datagram) {
        ByteBuffer in = datagram.slice();
        if (in.remaining() < HEADER_BYTES || in.get() != VERSION) {
            return Optional.empty();
        }
        int opcode = Byte.toUnsignedInt(in.get()) - RESPONSE;
        if (opcode != OPCODE_ADDRESS && opcode != OPCODE_MAP_UDP) {
            return Optional.empty();
        }
        int result = Short.toUnsignedInt(in.getShort());
        long epoch = Integer.toUnsignedLong(in.getInt());
        if (result != SUCCESS) {
            return Optional.of(new Refusal(epoch, opcode == OPCODE_MAP_UDP, result));
        }
        return opcode == OPCODE_ADDRESS ? parseAddress(in, epoch) : parseMapping(in, epoch);
    }

    private static Optional<Response> parseAddress(ByteBuffer in, long epoch) {
        if (in.limit() != ADDRESS_RESPONSE_BYTES) {
            return Optional.empty();
        }
        return Optional.of(new AddressResponse(epoch, Ipv4.of(in.getInt())));
    }

    private static Optional<Response> parseMapping(ByteBuffer in, long epoch) {
        if (in.limit() != MAP_RESPONSE_BYTES) {
            return Optional.empty();
        }
        int internal = Short.toUnsignedInt(in.getShort());
        int external = Short.toUnsignedInt(in.getShort());
        return Optional.of(new MapResponse(epoch, internal, external, Integer.toUnsignedLong(in.getInt())));
    }
}
