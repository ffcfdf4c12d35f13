package dev.culvert.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DefaultRoutesTest {
    private static final String IPV4_HEAD =
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT   ";
    private static final String IPV4_DEFAULT = "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0   ";
    private static final String IPV4_SUBNET = "eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0   ";
    private static final String IPV4_HALF = "tun0\t00000000\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0   ";

    private static final String ZERO = "0".repeat(32);
    private static final String ROUTER = "fe80" + "0".repeat(27) + "1";
    private static final String IPV6_DEFAULT =
            ZERO + " 00 " + ZERO + " 00 " + ROUTER + " 00000400 00000003 00000007 00450003     eth0";
    private static final String IPV6_REFUSED =
            ZERO + " 00 " + ZERO + " 00 " + ZERO + " ffffffff 00000001 00000000 00200200       lo";
    private static final String IPV6_SUBNET =
            "fd" + "0".repeat(30) + " 40 " + ZERO + " 00 " + ZERO + " 00000100 00000001 00000000 00000001     eth0";

    @Test
    void shouldTakeOnlyDefaultRoutesOfIpv4() {
        String routes = DefaultRoutes.ipv4(Stream.of(IPV4_HEAD, IPV4_HALF, IPV4_DEFAULT, IPV4_SUBNET));

        assertEquals("eth0 0101A8C0 100", routes);
    }

    @Test
    void shouldTakeOnlyDefaultRoutesOfIpv6() {
        String routes = DefaultRoutes.ipv6(Stream.of(IPV6_SUBNET, IPV6_DEFAULT, IPV6_REFUSED));

        assertEquals("eth0 " + ROUTER + " 00000400", routes);
    }

    @Test
    void shouldNotMindTrafficOverTheRoute() {
        String busy4 = IPV4_DEFAULT.replace("\t0003\t0\t0\t", "\t0003\t12\t3456\t");
        String busy6 = IPV6_DEFAULT.replace("00000003 00000007", "00000005 00001234");

        assertNotEquals(IPV4_DEFAULT, busy4);
        assertEquals(DefaultRoutes.ipv4(Stream.of(IPV4_DEFAULT)), DefaultRoutes.ipv4(Stream.of(busy4)));
        assertNotEquals(IPV6_DEFAULT, busy6);
        assertEquals(DefaultRoutes.ipv6(Stream.of(IPV6_DEFAULT)), DefaultRoutes.ipv6(Stream.of(busy6)));
    }

    @Test
    void shouldNotMindTheKernelsOrder() {
        String other = IPV4_DEFAULT.replace("eth0", "wlan0").replace("\t100\t", "\t600\t");

        assertEquals(
                DefaultRoutes.ipv4(Stream.of(IPV4_DEFAULT, other)), DefaultRoutes.ipv4(Stream.of(other, IPV4_DEFAULT)));
    }

    @Test
    void shouldMindInterfaceGatewayAndMetric() {
        String plain = DefaultRoutes.ipv4(Stream.of(IPV4_DEFAULT));

        assertNotEquals(plain, DefaultRoutes.ipv4(Stream.of(IPV4_DEFAULT.replace("eth0", "eth1"))));
        assertNotEquals(plain, DefaultRoutes.ipv4(Stream.of(IPV4_DEFAULT.replace("0101A8C0", "0201A8C0"))));
        assertNotEquals(plain, DefaultRoutes.ipv4(Stream.of(IPV4_DEFAULT.replace("\t100\t", "\t50\t"))));
        assertNotEquals(plain, DefaultRoutes.ipv4(Stream.of()));
    }

    @Test
    void shouldPassOverLinesThatItDoesNotKnow() {
        assertEquals("", DefaultRoutes.ipv4(Stream.of("", " ", "eth0", "eth0\t00000000\t0101A8C0", "\t\t\t")));
        assertEquals("", DefaultRoutes.ipv6(Stream.of("", ZERO + " 00", "x y z")));
    }

    @Test
    void shouldSayForBothFamiliesFromWhereItWouldSend() throws IOException {
        String sources = DefaultRoutes.sources();

        assertTrue(sources.matches("[^|]+\\|[^|]+"), sources);
        assertEquals(sources, DefaultRoutes.sources());
    }
}
