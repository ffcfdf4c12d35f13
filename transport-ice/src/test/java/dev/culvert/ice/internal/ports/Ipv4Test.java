package dev.culvert.ice.internal.ports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv4Test {
    @ParameterizedTest
    @CsvSource({
        "8.8.8.8, true",
        "1.0.0.0, true",
        "100.63.255.255, true",
        "100.64.0.0, false",
        "100.127.255.255, false",
        "100.128.0.0, true",
        "10.0.0.1, false",
        "172.15.0.1, true",
        "172.16.0.1, false",
        "172.31.255.255, false",
        "172.32.0.1, true",
        "192.168.0.1, false",
        "127.0.0.1, false",
        "169.254.1.1, false",
        "0.0.0.0, false",
        "0.1.2.3, false",
        "224.0.0.1, false",
        "240.0.0.1, false",
        "255.255.255.255, false",
        "192.0.2.1, true",
        "198.51.100.1, true",
        "203.0.113.1, true"
    })
    void shouldTellWhatPeersElsewhereCanReach(String address, boolean isPublic) {
        assertEquals(isPublic, Ipv4.isPublic(Ipv4.parse(address).orElseThrow()));
    }

    @ParameterizedTest
    @CsvSource({"10.1.2.3, true", "192.168.1.2, true", "172.20.0.1, true", "100.64.0.1, false", "8.8.8.8, false"})
    void shouldTellWhatIsBehindARouter(String address, boolean isPrivate) {
        assertEquals(isPrivate, Ipv4.isPrivate(Ipv4.parse(address).orElseThrow()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.2.3",
                "1.2.3.4.5",
                "256.1.1.1",
                "1.2.3.-4",
                "1.2.3.",
                "a.b.c.d",
                "localhost",
                "1.2.3.0004",
                "١.2.3.4",
                "1.2.3.4 ",
                "0x1.2.3.4"
            })
    void shouldReadNoOtherText(String text) {
        assertEquals(Optional.empty(), Ipv4.parse(text));
    }

    @Test
    void shouldKeepTheBits() {
        assertEquals("192.168.1.2", Ipv4.of(0xc0a80102).getHostAddress());
        assertEquals(0xc0a80102, Ipv4.bits(Ipv4.parse("192.168.1.2").orElseThrow()));
        assertThrows(IllegalArgumentException.class, () -> Ipv4.of(new byte[16]));
    }
}
