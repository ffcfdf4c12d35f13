package dev.culvert.ice.internal.ports;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The search for a gateway's description: UPnP Device Architecture 1.1, sections 1.3.2 and 1.3.3. */
final class Ssdp {
    static final String GROUP = "239.255.255.250";
    static final int PORT = 1900;

    /** Longer answers are cut, and then perhaps no use. */
    static final int MAX_BYTES = 2_048;

    private static final List<String> TARGETS = List.of(
            "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
            "urn:schemas-upnp-org:service:WANIPConnection:1",
            "urn:schemas-upnp-org:service:WANPPPConnection:1");

    private Ssdp() {}

    /** Datagrams for the group, one for each name that gateways go by; newer versions answer to version 1, too. */
    static List<ByteBuffer> searches() {
        return TARGETS.stream().map(Ssdp::search).toList();
    }

    private static ByteBuffer search(String target) {
        String text = "M-SEARCH * HTTP/1.1\r\n"
                + "HOST: " + GROUP + ":" + PORT + "\r\n"
                + "MAN: \"ssdp:discover\"\r\n"
                + "MX: 1\r\n" // the smallest there is; routers hardly wait
                + "ST: " + target + "\r\n\r\n";
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }

    /** Where an answer says the description is; empty if it is no answer to ours. */
    static Optional<UpnpUrl> location(ByteBuffer datagram) {
        String text = ISO_8859_1.decode(datagram.slice()).toString();
        if (text.length() > MAX_BYTES || !text.startsWith("HTTP/1.") || !text.startsWith(" 200", 8)) {
            return Optional.empty();
        }
        String target = header(text, "st");
        return TARGETS.contains(target) ? UpnpUrl.parse(header(text, "location")) : Optional.empty();
    }

    private static String header(String text, String name) {
        for (String line : text.split("\r?\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0
                    && line.substring(0, colon).trim().toLowerCase(Locale.ROOT).equals(name)) {
                return line.substring(colon + 1).trim();
            }
        }
        return "";
    }
}
