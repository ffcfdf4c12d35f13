package dev.culvert.ice.internal.ports;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.Inet4Address;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bitlet.weupnp.NameValueHandler;
import org.xml.sax.SAXException;

/** The actions of WANIPConnection that we need (its version 1, section 2.4), as requests over HTTP and their answers. */
final class Soap {
    /** OnlyPermanentLeasesSupported. */
    static final int ONLY_PERMANENT = 725;

    /** ConflictInMappingEntry: the port outside is another host's. */
    static final int CONFLICT = 718;

    static final int ACTION_FAILED = 501;
    static final int NO_ERROR = -1;

    private static final int OK = 200;
    private static final int INTERNAL_ERROR = 500;

    private Soap() {}

    static byte[] describe(UpnpUrl url) {
        return ("GET " + url.path() + " HTTP/1.1\r\nHost: " + url.authority() + "\r\nConnection: close\r\n\r\n")
                .getBytes(UTF_8);
    }

    static byte[] externalAddress(UpnpService service) {
        return request(service, "GetExternalIPAddress", Map.of());
    }

    /** @param leaseSeconds 0 for ever */
    static byte[] addMapping(
            UpnpService service, int externalPort, Inet4Address client, int internalPort, long leaseSeconds) {
        Map<String, String> arguments = entry(externalPort);
        arguments.put("NewInternalPort", Integer.toString(internalPort));
        arguments.put("NewInternalClient", client.getHostAddress());
        arguments.put("NewEnabled", "1");
        arguments.put("NewPortMappingDescription", "Culvert");
        arguments.put("NewLeaseDuration", Long.toString(leaseSeconds));
        return request(service, "AddPortMapping", arguments);
    }

    static byte[] deleteMapping(UpnpService service, int externalPort) {
        return request(service, "DeletePortMapping", entry(externalPort));
    }

    private static Map<String, String> entry(int externalPort) {
        Map<String, String> arguments = new LinkedHashMap<>(); // routers want the order of the specification
        arguments.put("NewRemoteHost", "");
        arguments.put("NewExternalPort", Integer.toString(externalPort));
        arguments.put("NewProtocol", "UDP");
        return arguments;
    }

    /** All of it is our own words, numbers and the checked service type: nothing needs escaping. */
    private static byte[] request(UpnpService service, String action, Map<String, String> arguments) {
        StringBuilder body = new StringBuilder("<?xml version=\"1.0\"?>\r\n"
                + "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\""
                + " s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body>");
        body.append("<u:")
                .append(action)
                .append(" xmlns:u=\"")
                .append(service.type())
                .append("\">");
        arguments.forEach((name, value) -> body.append('<')
                .append(name)
                .append('>')
                .append(value)
                .append("</")
                .append(name)
                .append('>'));
        body.append("</u:").append(action).append("></s:Body></s:Envelope>\r\n");
        String head = "POST " + service.control().path() + " HTTP/1.1\r\n"
                + "Host: " + service.control().authority() + "\r\n"
                + "Content-Type: text/xml; charset=\"utf-8\"\r\n"
                + "SOAPAction: \"" + service.type() + "#" + action + "\"\r\n"
                + "Content-Length: " + body.length() + "\r\n"
                + "Connection: close\r\n\r\n";
        return (head + body).getBytes(UTF_8);
    }

    /** What a gateway answered; {@code error} is {@link #NO_ERROR} if it did as it was told. */
    record Answer(int error, Optional<Inet4Address> externalAddress) {}

    /** Reads an answer; empty if it is none. Errors come with status 500. */
    static Optional<Answer> answer(HttpReply reply) {
        if (reply.status() != OK && reply.status() != INTERNAL_ERROR) {
            return Optional.empty();
        }
        Map<String, String> values = new HashMap<>();
        try {
            RouterXml.parse(reply.body(), new NameValueHandler(values));
        } catch (SAXException e) {
            return Optional.empty();
        }
        int error = Ipv4.decimal(values.getOrDefault("errorCode", ""), 4);
        if (error == NO_ERROR && reply.status() != OK) {
            error = ACTION_FAILED;
        }
        return Optional.of(new Answer(error, Ipv4.parse(values.getOrDefault("NewExternalIPAddress", ""))));
    }
}
