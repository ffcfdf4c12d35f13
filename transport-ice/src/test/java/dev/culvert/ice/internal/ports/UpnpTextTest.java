package dev.culvert.ice.internal.ports;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts of UPnP: searches, addresses, requests and their answers. */
class UpnpTextTest {
    private static final UpnpService SERVICE = new UpnpService(
            "urn:schemas-upnp-org:service:WANIPConnection:1",
            UpnpUrl.parse("http://192.168.1.1:5000/ctl").orElseThrow());

    private static Optional<UpnpUrl> location(String text) {
        return Ssdp.location(ByteBuffer.wrap(text.getBytes(UTF_8)));
    }

    private static String reply(String location) {
        return """
                HTTP/1.1 200 OK\r
                CACHE-CONTROL: max-age=120\r
                Ext:\r
                no colon\r
                st: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r
                Location: %s\r
                \r
                """.formatted(location);
    }

    private static Optional<Soap.Answer> answer(int status, String body) {
        return Soap.answer(new HttpReply(status, body.getBytes(UTF_8)));
    }

    @Test
    void shouldSearchByEveryNameAGatewayGoesBy() {
        assertEquals(3, Ssdp.searches().size());
        String search = UTF_8.decode(Ssdp.searches().get(0)).toString();
        assertTrue(search.startsWith("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"), search);
        assertTrue(search.endsWith("ST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n\r\n"), search);
    }

    @Test
    void shouldFindTheDescription() {
        assertEquals(
                Optional.of(new UpnpUrl(Ipv4.parse("192.168.1.1").orElseThrow(), 39_813, "/rootDesc.xml")),
                location(reply("http://192.168.1.1:39813/rootDesc.xml")));
    }

    @Test
    void shouldTakeNoOtherMessageForAnAnswer() {
        String good = reply("http://192.168.1.1/d");

        assertEquals(Optional.empty(), location(good.replace("200", "404")));
        assertEquals(Optional.empty(), location(good.replace("HTTP/1.1 200 OK", "NOTIFY * HTTP/1.1")));
        assertEquals(Optional.empty(), location(good.replace("InternetGatewayDevice", "MediaServer")));
        assertEquals(Optional.empty(), location(good.replace("Location", "Elsewhere")));
        assertEquals(Optional.empty(), location(""));
        assertEquals(Optional.empty(), location("HTTP/1."));
    }

    @ParameterizedTest
    @CsvSource({
        "http://192.168.1.1, 80, /",
        "HTTP://192.168.1.1/x, 80, /x",
        "http://192.168.1.1:65535/a?b=c, 65535, /a?b=c"
    })
    void shouldReadAddresses(String text, int port, String path) {
        UpnpUrl url = UpnpUrl.parse(text).orElseThrow();

        assertEquals(port, url.port());
        assertEquals(path, url.path());
        assertEquals("192.168.1.1:" + port, url.authority());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "http://",
                "http://router/x",
                "http://192.168.1.1:0/x",
                "http://192.168.1.1:65536/x",
                "http://192.168.1.1:/x",
                "http://user@192.168.1.1/x",
                "http://[::1]/x",
                "https://192.168.1.1/x",
                "file:///etc/passwd",
                "jar:http://192.168.1.1/x!/",
                "http://192.168.1.1/a b",
                "http://192.168.1.1/\u00e4"
            })
    void shouldReadNoOtherAddresses(String text) {
        assertEquals(Optional.empty(), UpnpUrl.parse(text));
    }

    @Test
    void shouldReadNoEndlessAddress() {
        assertEquals(Optional.empty(), UpnpUrl.parse("http://192.168.1.1/" + "x".repeat(500)));
    }

    @Test
    void shouldWriteARequestWithTheArgumentsInTheirOrder() {
        String request = new String(
                Soap.addMapping(SERVICE, 40_002, Ipv4.parse("192.168.1.2").orElseThrow(), 40_001, 3_600), UTF_8);

        assertTrue(request.startsWith("POST /ctl HTTP/1.1\r\nHost: 192.168.1.1:5000\r\n"), request);
        assertTrue(
                request.contains("SOAPAction: \"urn:schemas-upnp-org:service:WANIPConnection:1#AddPortMapping\"\r\n"),
                request);
        assertTrue(
                request.contains("<NewRemoteHost></NewRemoteHost><NewExternalPort>40002</NewExternalPort>"
                        + "<NewProtocol>UDP</NewProtocol><NewInternalPort>40001</NewInternalPort>"
                        + "<NewInternalClient>192.168.1.2</NewInternalClient><NewEnabled>1</NewEnabled>"
                        + "<NewPortMappingDescription>Culvert</NewPortMappingDescription>"
                        + "<NewLeaseDuration>3600</NewLeaseDuration></u:AddPortMapping>"),
                request);
        int body = request.indexOf("\r\n\r\n") + 4;
        assertTrue(request.contains("Content-Length: " + (request.length() - body) + "\r\n"), request);
    }

    @Test
    void shouldReadAnAddressAndErrors() {
        Soap.Answer told = answer(
                        200,
                        "<e:Envelope xmlns:e='x'><e:Body><u:GetExternalIPAddressResponse xmlns:u='y'>"
                                + "<NewExternalIPAddress> 203.0.113.7 </NewExternalIPAddress>"
                                + "</u:GetExternalIPAddressResponse></e:Body></e:Envelope>")
                .orElseThrow();
        assertEquals(Soap.NO_ERROR, told.error());
        assertEquals("203.0.113.7", told.externalAddress().orElseThrow().getHostAddress());

        assertEquals(
                725,
                answer(500, "<a><errorCode>725</errorCode></a>").orElseThrow().error());
        assertEquals(
                718,
                answer(200, "<a><errorCode>718</errorCode></a>").orElseThrow().error());
        assertEquals(501, answer(500, "<a/>").orElseThrow().error(), "an error without a code is one all the same");
    }

    @Test
    void shouldTakeNothingElseForAnAnswer() {
        assertEquals(Optional.empty(), answer(404, "<a/>"));
        assertEquals(Optional.empty(), answer(302, "<a/>"));
        assertEquals(Optional.empty(), answer(200, "no"));
        assertEquals(
                Optional.empty(),
                answer(200, "<a><NewExternalIPAddress>router.example</NewExternalIPAddress></a>")
                        .orElseThrow()
                        .externalAddress());
    }
}
