package dev.culvert.ice;

import dev.culvert.transport.InvalidDescriptionException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One candidate as the value of an SDP attribute (RFC 8839 section 5.1): foundation, component, transport, priority,
 * address and port, then pairs of a name and a value, of which {@code typ}, {@code raddr} and {@code rport} mean
 * something here. Nothing in it is ever looked up.
 */
final class SdpCandidateLine {
    /** What the attribute's value begins with. */
    static final String NAME = "candidate:";

    /** Longest line read; the longest that RFC 8839 needs, with a name of 255 characters twice, is far shorter. */
    static final int MAX_LENGTH = 1_024;

    /** The least tokens: six positions, and the pair of the type. */
    private static final int MIN_TOKENS = 8;

    private static final String COMPONENT = "1";
    private static final int DISCARD_PORT = 9;

    private SdpCandidateLine() {}

    /** The value of the attribute, without {@code a=} and line end. */
    static String write(IceCandidate candidate) {
        InetSocketAddress address = candidate.address();
        String line = NAME + candidate.foundation() + " " + COMPONENT + " UDP " + candidate.priority() + " "
                + IpLiteral.format(address.getAddress()) + " " + address.getPort() + " typ "
                + candidate.type().token();
        return candidate.type() == CandidateType.HOST ? line : line + related(candidate);
    }

    /** RFC 8839 section 5.1: a reflexive or relayed candidate always has one; who keeps it secret writes zeros. */
    private static String related(IceCandidate candidate) {
        InetSocketAddress related = candidate.relatedAddress();
        if (related == null) {
            boolean ipv6 = candidate.address().getAddress() instanceof Inet6Address;
            return " raddr " + (ipv6 ? "::" : "0.0.0.0") + " rport " + DISCARD_PORT;
        }
        return " raddr " + IpLiteral.format(related.getAddress()) + " rport " + related.getPort();
    }

    /**
     * Reads a line with or without {@code a=} and line end.
     *
     * @return empty for a well-formed candidate that can not be used here
     * @throws InvalidDescriptionException if it is malformed
     */
    static Optional<IceCandidate> read(String line) {
        if (line.length() > MAX_LENGTH) {
            throw new InvalidDescriptionException(
                    "A candidate line has at most " + MAX_LENGTH + " characters, not " + line.length());
        }
        String text = line.stripTrailing();
        String value = text.startsWith("a=") ? text.substring(2) : text;
        if (!value.startsWith(NAME)) {
            throw new InvalidDescriptionException("A candidate line starts with " + NAME);
        }
        requirePrintable(value);
        return read(value.substring(NAME.length()).split(" ", -1));
    }

    private static void requirePrintable(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ' || value.charAt(i) > '~') {
                throw new InvalidDescriptionException("A candidate line has a character outside ASCII's text at " + i);
            }
        }
    }

    private static Optional<IceCandidate> read(String[] tokens) {
        if (tokens.length < MIN_TOKENS || !tokens[6].equals("typ")) {
            throw new InvalidDescriptionException(
                    "A candidate line has a foundation, component, transport, priority, address, port and type");
        }
        IceChars.check("foundation", tokens[0], 1, IceCandidate.MAX_FOUNDATION);
        int component = number("component", tokens[1], 3, 256);
        long priority = priority(tokens[3]);
        InetAddress address = address(tokens[4]);
        int port = port(tokens[5]);
        CandidateType type = type(tokens[7]);
        InetSocketAddress told = related(tokens);
        InetSocketAddress related = type == CandidateType.HOST ? null : told; // it means nothing there
        boolean udp = tokens[2].toLowerCase(Locale.ROOT).equals("udp");
        if (component != 1 || !udp || type == null || address == null) {
            return Optional.empty();
        }
        return Optional.of(new IceCandidate(tokens[0], priority, new InetSocketAddress(address, port), type, related));
    }

    private static @Nullable CandidateType type(String token) {
        for (CandidateType type : CandidateType.values()) {
            if (type.token().equals(token)) {
                return type;
            }
        }
        if (token.isEmpty()) {
            throw new InvalidDescriptionException("A candidate line's type is empty");
        }
        return null; // RFC 8839 section 5.1: a type that is not known is no error
    }

    private static int number(String what, String token, int maxDigits, int max) {
        int value = IpLiteral.number(token, maxDigits, 10);
        if (value < 0 || value > max) {
            throw new InvalidDescriptionException("A candidate line's " + what + " is a number up to " + max);
        }
        return value;
    }

    private static int port(String token) {
        return number("port", token, 5, 65_535);
    }

    /** Up to ten digits, so the largest would not fit an int; the candidate's own bounds come after. */
    private static long priority(String token) {
        if (token.length() == 10) {
            number("priority", token.substring(1), 9, Integer.MAX_VALUE);
            return number("priority", token.substring(0, 1), 1, 9) * 1_000_000_000L
                    + Long.parseLong(token.substring(1));
        }
        return number("priority", token, 9, Integer.MAX_VALUE);
    }

    /** Null for a name, as mDNS and proxies have them. */
    private static @Nullable InetAddress address(String token) {
        InetAddress address = IpLiteral.parse(token);
        if (address == null && (token.isEmpty() || IpLiteral.isMeant(token))) {
            throw new InvalidDescriptionException("A candidate line has an address that is none");
        }
        return address;
    }

    /** Null if it is not told: left out, a name, or the zeros that stand for a secret one. */
    private static @Nullable InetSocketAddress related(String[] tokens) {
        InetAddress address = null;
        int port = -1;
        for (int i = MIN_TOKENS; i < tokens.length; i += 2) {
            if (tokens[i].isEmpty() || i + 1 == tokens.length) {
                throw new InvalidDescriptionException("A candidate line's extensions are pairs of a name and a value");
            }
            if (tokens[i].equals("raddr")) {
                address = address(tokens[i + 1]);
            } else if (tokens[i].equals("rport")) {
                port = port(tokens[i + 1]);
            }
        }
        boolean told = address != null && !address.isAnyLocalAddress() && port >= 0;
        return told ? new InetSocketAddress(address, port) : null;
    }
}
