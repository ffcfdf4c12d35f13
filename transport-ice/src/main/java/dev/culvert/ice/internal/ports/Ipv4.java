package dev.culvert.ice.internal.ports;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** IPv4 addresses: which kind one is, and how it is written. */
final class Ipv4 {
    static final int LENGTH = 4;

    private static final int MAX_LITERAL = 15;

    private Ipv4() {}

    /** The address of these four bytes, most significant first. */
    static Inet4Address of(int bits) {
        return of(new byte[] {(byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits});
    }

    static Inet4Address of(byte[] fourBytes) {
        if (fourBytes.length != LENGTH) {
            throw new IllegalArgumentException("not four bytes but " + fourBytes.length);
        }
        try {
            return (Inet4Address) InetAddress.getByAddress(fourBytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are no address", e);
        }
    }

    static int bits(Inet4Address address) {
        byte[] bytes = address.getAddress();
        return (bytes[0] & 0xff) << 24 | (bytes[1] & 0xff) << 16 | (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff);
    }

    /** Reads four decimal numbers with dots in between, and nothing else: no name is ever looked up. */
    static Optional<Inet4Address> parse(String text) {
        if (text.length() > MAX_LITERAL) {
            return Optional.empty();
        }
        String[] parts = text.split("\\.", -1);
        byte[] bytes = new byte[LENGTH];
        if (parts.length != LENGTH) {
            return Optional.empty();
        }
        for (int i = 0; i < LENGTH; i++) {
            int value = decimal(parts[i], 3);
            if (value < 0 || value > 255) {
                return Optional.empty();
            }
            bytes[i] = (byte) value;
        }
        return Optional.of(of(bytes));
    }

    /** The number, or -1 if these are not one to {@code maxDigits} ASCII digits; at most nine of them. */
    static int decimal(String digits, int maxDigits) {
        if (digits.isEmpty() || digits.length() > maxDigits) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return value;
    }

    /** Whether it is one of RFC 1918, behind a router of the user's own. */
    static boolean isPrivate(Inet4Address address) {
        return address.isSiteLocalAddress();
    }

    /**
     * Whether a peer elsewhere could reach it: none of RFC 1918, of a carrier's own (RFC 6598), loopback, link-local,
     * multicast, "this network" or reserved. The documentation's networks (RFC 5737) count as public: laboratories
     * use them as such, and no router has one by chance.
     */
    static boolean isPublic(Inet4Address address) {
        int bits = bits(address);
        int first = bits >>> 24;
        return first != 0
                && first < 224
                && !address.isLoopbackAddress()
                && !address.isLinkLocalAddress()
                && !isPrivate(address)
                && (bits & 0xffc00000) != 0x64400000; // 100.64.0.0/10
    }
}
