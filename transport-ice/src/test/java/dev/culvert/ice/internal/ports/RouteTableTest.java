package dev.culvert.ice.internal.ports;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.culvert.ice.internal.ports.RouteTable.DefaultRoute;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Samples in the form of Linux's /proc/net/route, which pads each line with blanks. */
class RouteTableTest {
    private static final String HEADING = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU"
            + "\tWindow\tIRTT                                                       ";
    private static final String WIFI = "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0      ";

    private static Inet4Address address(String text) {
        return Ipv4.parse(text).orElseThrow();
    }

    @Test
    void shouldFindTheDefaultRouteOfEachInterface() {
        List<String> lines = List.of(
                HEADING,
                "eth0\t00000000\tFE01000A\t0003\t0\t0\t100\t00000000\t0\t0\t0      ",
                WIFI,
                "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0      ",
                "wlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0      ");

        assertEquals(
                List.of(
                        new DefaultRoute("eth0", address("10.0.1.254"), 100),
                        new DefaultRoute("wlan0", address("192.168.1.1"), 600)),
                RouteTable.defaultRoutes(lines, true));
    }

    @Test
    void shouldReadWhatABigEndianMachineWrites() {
        String line = WIFI.replace("0101A8C0", "C0A80101");

        assertEquals(
                List.of(new DefaultRoute("wlan0", address("192.168.1.1"), 600)),
                RouteTable.defaultRoutes(List.of(line), false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "wlan0",
                "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600",
                "wlan0\t00000000\t0101A8C0\t0002\t0\t0\t600\t00000000",
                "wlan0\t00000000\t0101A8C0\t0001\t0\t0\t600\t00000000",
                "wlan0\t00000000\t00000000\t0003\t0\t0\t600\t00000000",
                "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000080",
                "wlan0\t00000000\t0101A8C0FF\t0003\t0\t0\t600\t00000000",
                "wlan0\tzzzzzzzz\t0101A8C0\t0003\t0\t0\t600\t00000000",
                "wlan0\t00000000\t0101A8C0\t0003\t0\t0\tmany\t00000000",
                HEADING
            })
    void shouldLeaveOutWhatIsNoWayToEverywhere(String line) {
        assertEquals(
                List.of(new DefaultRoute("wlan0", address("192.168.1.1"), 600)),
                RouteTable.defaultRoutes(List.of(line, WIFI), true));
    }

    @Test
    void shouldReadSoManyLinesOnly() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            lines.add(WIFI);
        }

        assertEquals(4_096, RouteTable.defaultRoutes(lines, true).size());
    }

    @ParameterizedTest
    @CsvSource({
        "192.168.1.77, 24, 192.168.1.1",
        "192.168.1.77, 28, 192.168.1.65",
        "10.200.3.4, 8, 10.0.0.1",
        "172.16.5.6, 12, 172.16.0.1",
        "192.168.1.2, 30, 192.168.1.1"
    })
    void shouldGuessTheFirstHostOfANetwork(String local, int prefixLength, String gateway) {
        assertEquals(Optional.of(address(gateway)), Gateways.firstHost(address(local), prefixLength));
    }

    @ParameterizedTest
    @CsvSource({"192.168.1.1, 24", "192.168.1.2, 31", "192.168.1.2, 32", "192.168.1.2, 0", "192.168.1.2, -1"})
    void shouldGuessNothingWhereWeAreFirstOrNobodyElseIs(String local, int prefixLength) {
        assertEquals(Optional.empty(), Gateways.firstHost(address(local), prefixLength));
    }
}
