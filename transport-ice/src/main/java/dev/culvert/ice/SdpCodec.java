package dev.culvert.ice;

import dev.culvert.transport.InvalidDescriptionException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.List;

/** Writes descriptions as SDP attributes (RFC 8839), and bounds and reads what other agents write. */
final class SdpCodec {
    /** Longest text read. A browser's description with many codecs has some 20 000 characters. */
    static final int MAX_CHARS = 131_072;

    /** Longest line read; lines that mean nothing here count too. */
    static final int MAX_LINE = 8_192;

    /** Most lines read. */
    static final int MAX_LINES = 4_096;

    private static final String END = "\r\n";
    private static final int DISCARD_PORT = 9;

    private SdpCodec() {}

    /** The attributes alone. */
    static String write(IceDescription description) {
        StringBuilder out = new StringBuilder(512);
        attribute(out, SdpReader.UFRAG + description.ufrag());
        attribute(out, SdpReader.PASSWORD + description.password());
        attribute(out, SdpReader.OPTIONS + SdpReader.TRICKLE);
        SdpNat.write(description.nat()).ifPresent(value -> attribute(out, value));
        description.candidates().forEach(candidate -> attribute(out, SdpCandidateLine.write(candidate)));
        if (description.complete()) {
            attribute(out, SdpReader.END_OF_CANDIDATES);
        }
        return out.toString();
    }

    private static void attribute(StringBuilder out, String value) {
        out.append("a=").append(value).append(END);
    }

    /** The attributes after the m= and c= lines of a media section. */
    static String write(IceDescription description, String media) {
        if (media.isEmpty() || !media.chars().allMatch(c -> c > ' ' && c <= '~')) {
            throw new IllegalArgumentException("The media of an m= line is one word of ASCII, as application");
        }
        // RFC 8839 section 4.2.1.2: the default destination; with none yet, port 9 of nowhere (RFC 8840 section 4.1.1).
        InetSocketAddress destination = description.candidates().stream()
                .min(Comparator.comparingLong(IceCandidate::priority))
                .map(IceCandidate::address)
                .orElse(null);
        int port = destination == null ? DISCARD_PORT : destination.getPort();
        String host = destination == null ? "0.0.0.0" : IpLiteral.format(destination.getAddress());
        boolean ipv6 = destination != null && destination.getAddress() instanceof Inet6Address;
        String head = "m=" + media + " " + port + " ICE/SDP" + END + "c=IN " + (ipv6 ? "IP6 " : "IP4 ") + host + END;
        return head + write(description);
    }

    static IceDescription read(String text) {
        if (text.length() > MAX_CHARS) {
            throw new InvalidDescriptionException(
                    "A description has at most " + MAX_CHARS + " characters of SDP, not " + text.length());
        }
        SdpReader reader = new SdpReader();
        List<String> lines = text.lines().limit(MAX_LINES + 1L).toList();
        if (lines.size() > MAX_LINES) {
            throw new InvalidDescriptionException("A description has at most " + MAX_LINES + " lines of SDP");
        }
        for (String line : lines) {
            if (line.length() > MAX_LINE) {
                throw new InvalidDescriptionException(
                        "A line of SDP has at most " + MAX_LINE + " characters, not " + line.length());
            }
            reader.line(line.stripTrailing());
        }
        return reader.description();
    }
}
