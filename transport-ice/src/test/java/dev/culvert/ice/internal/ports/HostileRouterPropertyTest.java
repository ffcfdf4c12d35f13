package dev.culvert.ice.internal.ports;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Whatever a router sends, nothing but the declared exceptions is thrown, and what is read is within its bounds. */
class HostileRouterPropertyTest {
    private static final UpnpUrl FROM =
            UpnpUrl.parse("http://192.168.1.1:5000/desc.xml").orElseThrow();
    private static final String SSDP = """
            HTTP/1.1 200 OK\r
            ST: urn:schemas-upnp-org:service:WANIPConnection:1\r
            LOCATION: http://192.168.1.1:5000/desc.xml\r
            \r
            """;
    private static final String HTTP =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n10;x=y\r\n0123456789abcdef\r\n0\r\n\r\n";

    static void readAll(byte[] bytes) {
        byte[] before = bytes.clone();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        Pcp.parse(buffer).ifPresent(response -> {
            assertTrue(response.resultCode() >= 0 && response.resultCode() <= 255);
            assertTrue(response.lifetimeSeconds() >= 0 && response.epochSeconds() >= 0);
            Pcp.Mapping mapping = response.mapping();
            if (mapping != null) {
                assertTrue(isPort(mapping.internalPort()) && isPort(mapping.externalPort()));
            }
        });
        NatPmp.parse(buffer).ifPresent(response -> {
            assertTrue(response.epochSeconds() >= 0);
            if (response instanceof NatPmp.MapResponse mapped) {
                assertTrue(isPort(mapped.internalPort()) && isPort(mapped.externalPort()));
                assertTrue(mapped.lifetimeSeconds() >= 0);
            }
        });
        Ssdp.location(buffer).ifPresent(url -> assertTrue(url.port() > 0 && isPort(url.port())));
        for (boolean ended : new boolean[] {false, true}) {
            try {
                HttpReply.parse(bytes, ended).ifPresent(reply -> {
                    assertTrue(reply.body().length <= bytes.length);
                    Soap.answer(reply);
                });
            } catch (HttpReply.BadReplyException e) {
                assertTrue(e.getMessage().length() < 100, "what was received is not repeated");
            }
        }
        UpnpService.parse(bytes, FROM);
        assertEquals(ByteBuffer.wrap(before), buffer, "reading changed or moved it");
    }

    private static boolean isPort(int port) {
        return port >= 0 && port <= 0xffff;
    }

    @Property(tries = 3_000)
    void shouldReadOrRefuseRandomBytes(@ForAll @Size(max = 1_200) byte[] bytes) {
        readAll(bytes);
    }

    /** Right messages with a few bytes changed, and then cut, get further than random ones. */
    @Test
    void shouldReadOrRefuseDamagedMessages() {
        Random random = new Random(20_261_121);
        byte[] grant = new byte[60];
        ByteBuffer.wrap(grant)
                .putShort((short) 0x0281)
                .putShort((short) 0)
                .putInt(3_600)
                .put(36, (byte) 17);
        byte[] mapped = new byte[16];
        mapped[1] = (byte) 0x81;
        List<byte[]> messages = List.of(
                grant,
                mapped,
                SSDP.getBytes(ISO_8859_1),
                HTTP.getBytes(ISO_8859_1),
                UpnpServiceTest.description("urn:schemas-upnp-org:service:WANIPConnection:1", "/ctl")
                        .getBytes(UTF_8));
        messages.forEach(HostileRouterPropertyTest::readAll);
        for (int i = 0; i < 5_000; i++) {
            byte[] damaged = messages.get(i % messages.size()).clone();
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            readAll(random.nextBoolean() ? damaged : Arrays.copyOf(damaged, random.nextInt(damaged.length)));
        }
    }
}
