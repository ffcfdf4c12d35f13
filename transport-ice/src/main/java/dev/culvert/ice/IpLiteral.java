package dev.culvert.ice;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * IP addresses as text, without a resolver: {@link InetAddress#getByName} would look up whatever a peer writes that is
 * no address. Takes dotted decimal without leading zeros and IPv6 (RFC 4291 section 2.2) without a scope id; writes
 * IPv6 as RFC 5952 wants it.
 */
final class IpLiteral {
    /** The longest IPv6 address there is, with its last 32 bits in dotted decimal. */
    private static final int MAX_LENGTH = 45;

    private static final int GROUPS = 8;

    private IpLiteral() {}

    /** Whether it can only be meant as an address: no name has a colon, nor only digits and dots. */
    static boolean isMeant(String text) {
        if (text.indexOf(':') >= 0) {
            return true;
        }
        return text.chars().allMatch(c -> c == '.' || isDigit((char) c));
    }

    /** The address; null if it is none, of either family, or an IPv6 form of an IPv4 address. */
    static @Nullable InetAddress parse(String text) {
        if (text.length() > MAX_LENGTH) {
            return null;
        }
        byte[] bytes = text.indexOf(':') >= 0 ? ipv6(text) : ipv4(text);
        if (bytes == null) {
            return null;
        }
        try {
            InetAddress address = InetAddress.getByAddress(bytes);
            boolean mapped = bytes.length == 16 && address instanceof Inet4Address;
            return mapped ? null : address;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are always an address", e);
        }
    }

    private static byte @Nullable [] ipv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        byte[] bytes = new byte[4];
        for (int i = 0; i < 4; i++) {
            int value = number(parts[i], 3, 10);
            boolean leadingZero = parts[i].length() > 1 && parts[i].charAt(0) == '0';
            if (value < 0 || value > 255 || leadingZero) {
                return null;
            }
            bytes[i] = (byte) value;
        }
        return bytes;
    }

    private static byte @Nullable [] ipv6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            byte[] all = groups(text);
            return all != null && all.length == 2 * GROUPS ? all : null;
        }
        byte[] head = groups(text.substring(0, gap));
        byte[] tail = groups(text.substring(gap + 2));
        // The gap stands for at least one group. Only the tail may end in dotted decimal.
        if (head == null
                || tail == null
                || head.length + tail.length > 2 * GROUPS - 2
                || text.lastIndexOf('.', gap) >= 0) {
            return null;
        }
        byte[] bytes = new byte[2 * GROUPS];
        System.arraycopy(head, 0, bytes, 0, head.length);
        System.arraycopy(tail, 0, bytes, bytes.length - tail.length, tail.length);
        return bytes;
    }

    /** The bytes of groups with one colon between them; empty for no text. */
    private static byte @Nullable [] groups(String text) {
        if (text.isEmpty()) {
            return new byte[0];
        }
        String[] parts = text.split(":", -1);
        ByteBuffer out = ByteBuffer.allocate(2 * MAX_LENGTH);
        for (int i = 0; i < parts.length; i++) {
            if (i == parts.length - 1 && parts[i].indexOf('.') >= 0) {
                byte[] last = ipv4(parts[i]);
                if (last == null) {
                    return null;
                }
                out.put(last);
            } else {
                int value = number(parts[i], 4, 16);
                if (value < 0) {
                    return null;
                }
                out.putShort((short) value);
            }
        }
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    /** A number of 1 to {@code maxDigits} ASCII digits; -1 if it is none. */
    static int number(String text, int maxDigits, int radix) {
        if (text.isEmpty() || text.length() > maxDigits) {
            return -1;
        }
        for (int i = 0; i < text.length(); i++) {
            // Character.digit alone takes digits of every script.
            if (text.charAt(i) > 'f' || Character.digit(text.charAt(i), radix) < 0) {
                return -1;
            }
        }
        return Integer.parseInt(text, radix);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** The address as text, without a scope id. */
    static String format(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            return address.getHostAddress();
        }
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = Byte.toUnsignedInt(bytes[2 * i]) << 8 | Byte.toUnsignedInt(bytes[2 * i + 1]);
        }
        int start = 0;
        int length = 1; // a single zero group is written out
        for (int i = 0; i < GROUPS; i++) {
            int zeros = 0;
            while (i + zeros < GROUPS && groups[i + zeros] == 0) {
                zeros++;
            }
            if (zeros > length) {
                start = i;
                length = zeros;
            }
        }
        return length == 1
                ? join(groups, 0, GROUPS)
                : join(groups, 0, start) + "::" + join(groups, start + length, GROUPS);
    }

    private static String join(int[] groups, int from, int to) {
        StringBuilder out = new StringBuilder(39);
        for (int i = from; i < to; i++) {
            out.append(i == from ? "" : ":").append(Integer.toHexString(groups[i]));
        }
        return out.toString();
    }
}
