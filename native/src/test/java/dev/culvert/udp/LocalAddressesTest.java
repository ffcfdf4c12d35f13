package dev.culvert.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalAddressesTest {
    @ParameterizedTest
    @CsvSource({
        "192.168.1.20, true",
        "203.0.113.9, true",
        "2001:db8::1, true",
        "fd00::2, true",
        "169.254.3.4, true",
        "0.0.0.0, false",
        "224.0.0.1, false",
        "::, false",
        "ff02::1, false",
        "fe80::1, false",
        "fec0::1, false",
        "127.0.0.1, false",
        "::1, false"
    })
    void shouldOfferOnlyAddressesThatMeanSomethingToAPeer(String address, boolean usable) throws Exception {
        assertEquals(usable, LocalAddresses.isUsable(InetAddress.getByName(address), false));
    }

    @Test
    void shouldIncludeLoopbackOnlyWhenAsked() {
        assertTrue(LocalAddresses.scan(true).stream().anyMatch(InetAddress::isLoopbackAddress));
        assertFalse(LocalAddresses.scan(false).stream().anyMatch(InetAddress::isLoopbackAddress));
    }
}
