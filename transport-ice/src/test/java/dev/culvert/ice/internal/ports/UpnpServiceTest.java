package dev.culvert.ice.internal.ports;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpnpServiceTest {
    private static final UpnpUrl FROM =
            UpnpUrl.parse("http://192.168.1.1:5000/a/desc.xml").orElseThrow();
    private static final String TYPE = "urn:schemas-upnp-org:service:WANIPConnection:1";

    /** As routers write it: the service that is wanted comes after others, in nested devices. */
    static String description(String type, String control) {
        return "<?xml version=\"1.0\"?>\n<root xmlns=\"urn:schemas-upnp-org:device-1-0\"><device>"
                + "<friendlyName>a router</friendlyName><serviceList>"
                + service("urn:schemas-upnp-org:service:Layer3Forwarding:1", "/l3f")
                + "</serviceList><deviceList><device><serviceList>"
                + service("urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1", "/cif")
                + "</serviceList><deviceList><device><serviceList>"
                + service(type, control)
                + service("urn:schemas-upnp-org:service:WANIPv6FirewallControl:1", "/v6")
                + "</serviceList></device></deviceList></device></deviceList></device></root>";
    }

    private static String service(String type, String control) {
        return "<service><serviceType>" + type + "</serviceType><controlURL>" + control + "</controlURL></service>";
    }

    private static Optional<UpnpService> parse(String description) {
        return UpnpService.parse(description.getBytes(UTF_8), FROM);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                TYPE,
                "urn:schemas-upnp-org:service:WANIPConnection:2",
                "urn:schemas-upnp-org:service:WANPPPConnection:1"
            })
    void shouldFindTheService(String type) {
        assertEquals(
                Optional.of(new UpnpService(type, new UpnpUrl(FROM.host(), 5_000, "/ctl/ip"))),
                parse(description(type, "/ctl/ip")));
    }

    @ParameterizedTest
    @CsvSource({"ctl, 5000, /ctl", "http://192.168.1.1:80/ctl, 80, /ctl", "http://192.168.1.1/ctl?x=1, 80, /ctl?x=1"})
    void shouldFollowItsAddressOnTheSameHost(String control, int port, String path) {
        assertEquals(
                new UpnpUrl(FROM.host(), port, path),
                parse(description(TYPE, control)).orElseThrow().control());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1/ctl",
                "http://192.168.1.9/ctl",
                "https://192.168.1.1/ctl",
                "file:///etc/passwd",
                "//192.168.1.9/ctl",
                "http://router.example/ctl",
                "/ctl&#13;&#10;Evil: yes",
                "/c t l",
                ""
            })
    void shouldGoNowhereElse(String control) {
        assertEquals(Optional.empty(), parse(description(TYPE, control)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "urn:schemas-upnp-org:service:WANIPConnection:1&lt;/x&gt;",
                "urn:schemas-upnp-org:service:WANIPConnection:1\"\r\nEvil: yes",
                "urn:schemas-upnp-org:service:WANIPConnection:99",
                "urn:schemas-upnp-org:service:WANCableLinkConfig:1"
            })
    void shouldTakeNoOtherTypeIntoItsRequests(String type) {
        assertEquals(Optional.empty(), parse(description(type, "/ctl")));
    }

    @Test
    void shouldReadTextThatParsersGiveInPieces() {
        String longPath = "/" + "x".repeat(400);
        String padded = description(TYPE, longPath).replace("a router", "r &amp; ".repeat(1_500));

        assertEquals(longPath, parse(padded).orElseThrow().control().path());
    }

    @Test
    void shouldExpandNoEntities() {
        StringBuilder laughs = new StringBuilder("<!DOCTYPE root [<!ENTITY a0 \"ha\">");
        for (int i = 1; i < 30; i++) {
            laughs.append("<!ENTITY a%d \"&a%d;&a%d;\">".formatted(i, i - 1, i - 1));
        }
        laughs.append("]>");

        assertEquals(
                Optional.empty(),
                parse(laughs + description(TYPE, "/ctl").substring(22).replace("a router", "&a29;")));
        assertEquals(
                Optional.empty(),
                parse("<!DOCTYPE root []>" + description(TYPE, "/ctl").substring(22)));
        assertEquals(true, parse(description(TYPE, "/ctl").substring(22)).isPresent(), "the rest is as it should be");
    }

    @Test
    void shouldReadNoFiles(@TempDir Path folder) throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "/secret");
        String entity = "<!DOCTYPE root [<!ENTITY x SYSTEM \"" + secret.toUri() + "\">]>";

        assertEquals(Optional.empty(), parse(entity + description(TYPE, "&x;").substring(22)));
    }

    @Test
    void shouldRefuseWhatIsTooDeepTooLongOrNoXml() {
        assertEquals(
                Optional.empty(),
                parse("<a>".repeat(20_000) + description(TYPE, "/ctl").substring(22)));
        assertEquals(Optional.empty(), parse(description(TYPE, "/ctl") + " ".repeat(HttpReply.MAX_BYTES)));
        assertEquals(Optional.empty(), parse(description(TYPE, "/ctl").replace("</root>", "")));
        assertEquals(Optional.empty(), parse(""));
    }
}
