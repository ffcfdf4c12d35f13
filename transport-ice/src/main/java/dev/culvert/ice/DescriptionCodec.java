package dev.culvert.ice;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.transport.InvalidDescriptionException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The binary form of a description, version 1. All numbers big-endian:
 *
 * <pre>
 * version 1 | ufrag: length 1, text | password: length 1 (0 stands for 256), text | count 1 | candidates | nat
 * count: bits 0-6 how many candidates, bit 7 more will follow
 * candidate: flags 1 | foundation: length 1, text | priority 4 | address | related address if flagged
 * flags: bits 0-1 type, bit 2 address is IPv6, bit 3 has a related address, bit 4 that one is IPv6
 * address: port 2, then 4 or 16 bytes
 * nat: nothing if unknown, 1 if endpoint-independent, or 2 | count 1 | ports 2 each
 * </pre>
 */
final class DescriptionCodec {
    private static final byte VERSION = 1;
    private static final int COUNT_MASK = 0x7f;
    private static final int MORE_TO_COME = 0x80;
    private static final int TYPE_MASK = 0x03;
    private static final int IPV6 = 0x04;
    private static final int RELATED = 0x08;
    private static final int RELATED_IPV6 = 0x10;
    private static final int KNOWN_FLAGS = 0x1f;
    private static final byte INDEPENDENT = 1;
    private static final byte DEPENDENT = 2;

    /** No valid description is longer: version, two texts of 256, and the largest candidates there are. */
    static final int MAX_BYTES =
            2 + 2 * 257 + IceDescription.MAX_CANDIDATES * (1 + 33 + 4 + 18 + 18) + 2 + 2 * NatProfile.MAX_PORTS;

    private DescriptionCodec() {}

    static byte[] encode(IceDescription description) {
        ByteBuffer out = ByteBuffer.allocate(MAX_BYTES);
        out.put(VERSION);
        putText(out, description.ufrag());
        putText(out, description.password());
        int more = description.complete() ? 0 : MORE_TO_COME;
        out.put((byte) (description.candidates().size() | more));
        description.candidates().forEach(candidate -> putCandidate(out, candidate));
        putNat(out, description.nat());
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    private static void putNat(ByteBuffer out, NatProfile nat) {
        switch (nat.mapping()) {
            case UNKNOWN -> {
                // Takes no room.
            }
            case ENDPOINT_INDEPENDENT -> out.put(INDEPENDENT);
            case ENDPOINT_DEPENDENT -> {
                out.put(DEPENDENT).put((byte) nat.ports().size());
                nat.ports().forEach(port -> out.putShort(port.shortValue()));
            }
        }
    }

    private static void putCandidate(ByteBuffer out, IceCandidate candidate) {
        InetSocketAddress related = candidate.relatedAddress();
        int flags = candidate.type().code();
        flags |= isIpv6(candidate.address()) ? IPV6 : 0;
        flags |= related != null ? RELATED : 0;
        flags |= related != null && isIpv6(related) ? RELATED_IPV6 : 0;
        out.put((byte) flags);
        putText(out, candidate.foundation());
        out.putInt((int) candidate.priority());
        putAddress(out, candidate.address());
        if (related != null) {
            putAddress(out, related);
        }
    }

    private static boolean isIpv6(InetSocketAddress address) {
        return address.getAddress().getAddress().length == 16;
    }

    private static void putText(ByteBuffer out, String text) {
        out.put((byte) text.length()).put(text.getBytes(US_ASCII));
    }

    private static void putAddress(ByteBuffer out, InetSocketAddress address) {
        out.putShort((short) address.getPort()).put(address.getAddress().getAddress());
    }

    static IceDescription decode(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new InvalidDescriptionException(
                    "A description has at most " + MAX_BYTES + " bytes, not " + bytes.length);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            byte version = in.get();
            if (version != VERSION) {
                throw new InvalidDescriptionException("Unknown description version " + version);
            }
            String ufrag = getText(in);
            String password = getText(in);
            int head = Byte.toUnsignedInt(in.get());
            int count = head & COUNT_MASK;
            if (count > IceDescription.MAX_CANDIDATES) {
                throw new InvalidDescriptionException("Too many candidates: " + count);
            }
            List<IceCandidate> candidates = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                candidates.add(getCandidate(in));
            }
            NatProfile nat = getNat(in);
            if (in.hasRemaining()) {
                throw new InvalidDescriptionException(in.remaining() + " bytes follow the description");
            }
            return new IceDescription(ufrag, password, candidates, (head & MORE_TO_COME) == 0, nat);
        } catch (BufferUnderflowException e) {
            throw new InvalidDescriptionException("The description is truncated at " + bytes.length + " bytes");
        }
    }

    private static NatProfile getNat(ByteBuffer in) {
        if (!in.hasRemaining()) {
            return NatProfile.UNKNOWN;
        }
        byte kind = in.get();
        if (kind == INDEPENDENT) {
            return NatProfile.INDEPENDENT;
        }
        if (kind != DEPENDENT) {
            throw new InvalidDescriptionException("Something unknown follows the candidates: " + kind);
        }
        int count = Byte.toUnsignedInt(in.get());
        if (count > NatProfile.MAX_PORTS) {
            throw new InvalidDescriptionException("Too many ports of a NAT: " + count);
        }
        List<Integer> ports = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ports.add(Short.toUnsignedInt(in.getShort()));
        }
        return new NatProfile(NatProfile.Mapping.ENDPOINT_DEPENDENT, ports);
    }

    private static IceCandidate getCandidate(ByteBuffer in) {
        int flags = Byte.toUnsignedInt(in.get());
        if ((flags & ~KNOWN_FLAGS) != 0) {
            throw new InvalidDescriptionException("Unknown candidate flags " + flags);
        }
        CandidateType type = CandidateType.ofCode(flags & TYPE_MASK);
        String foundation = getText(in);
        long priority = Integer.toUnsignedLong(in.getInt());
        InetSocketAddress address = getAddress(in, (flags & IPV6) != 0);
        InetSocketAddress related = (flags & RELATED) != 0 ? getAddress(in, (flags & RELATED_IPV6) != 0) : null;
        return new IceCandidate(foundation, priority, address, type, related);
    }

    private static String getText(ByteBuffer in) {
        int length = Byte.toUnsignedInt(in.get());
        byte[] text = new byte[length == 0 ? 256 : length];
        in.get(text);
        return new String(text, US_ASCII);
    }

    private static InetSocketAddress getAddress(ByteBuffer in, boolean ipv6) {
        int port = Short.toUnsignedInt(in.getShort());
        byte[] host = new byte[ipv6 ? 16 : 4];
        in.get(host);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(host), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are always an address", e);
        }
    }
}
