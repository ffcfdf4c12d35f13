package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ports that a real router daemon, miniupnpd, opens for a host behind it: somebody outside who was never sent anything
 * gets in, and no longer once they are closed.
 */
@Timeout(60)
class RouterPortsTest {
    private static final String OUTSIDE = "203.0.114.10";
    private static final String HOST = "192.168.1.2";
    private static final int ARRIVES_MILLIS = 2_000;
    private static final int NEVER_MILLIS = 300;

    private static NatLab lab;

    private PortsHost host;

    @BeforeAll
    static void build() {
        Laboratory.require();
        boolean found = List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "miniupnpd")));
        if ("1".equals(System.getenv("CULVERT_REQUIRE_TOOLS"))) {
            assertTrue(found, "CULVERT_REQUIRE_TOOLS=1, but miniupnpd is missing");
        }
        Assumptions.assumeTrue(found, "no router that opens ports without miniupnpd (Debian: miniupnpd)");
        lab = NatLab.open(NatKind.PORT, NatKind.PORT);
    }

    @AfterAll
    static void takeDown() {
        if (lab != null) {
            lab.close();
        }
    }

    @BeforeEach
    void startHost() {
        host = new PortsHost(lab, Side.A, HOST);
    }

    @AfterEach
    void endHost() {
        host.close();
    }

    private static void startRouter(String... lines) {
        List<String> command =
                new java.util.ArrayList<>(List.of(NatLab.script().toString(), "miniupnpd", "-p", lab.prefix(), "a"));
        command.addAll(List.of(lines));
        NatLab.run(command);
    }

    private static String rules() {
        return NatLab.run(List.of(
                "ip",
                "netns",
                "exec",
                lab.prefix() + "-ra",
                "nft",
                "list",
                "chain",
                "inet",
                "miniupnpd",
                "redirected"));
    }

    private static String routerLog() throws IOException {
        return Files.readString(Path.of("/run/natlab", lab.prefix() + ".miniupnpd.a.log"));
    }

    /** From the public host, and from another port each time. */
    private static void sendFromOutside(String word, String to) {
        String file = "/dev/udp/" + to.replace(':', '/');
        NatLab.run(List.of("ip", "netns", "exec", lab.prefix() + "-pub", "bash", "-c", "printf " + word + " >" + file));
    }

    @ParameterizedTest
    @CsvSource({"PCP", "NAT_PMP", "UPNP"})
    void shouldLetAStrangerInUntilClosed(String protocol) {
        startRouter();
        sendFromOutside("early", OUTSIDE + ":" + host.localPort());
        assertEquals("nothing", host.receive(NEVER_MILLIS), "the router lets anybody in anyway");

        host.open(protocol);
        PortsHost.Port port = host.port();
        System.out.println(protocol + " opened a port after " + port.millis() + " ms");

        assertEquals("192.168.1.1:5351", port.gateway());
        assertEquals(OUTSIDE + ":" + host.localPort(), port.external());
        sendFromOutside("hello", port.external());
        assertEquals("hello", host.receive(ARRIVES_MILLIS));
        assertTrue(rules().contains("dnat"), RouterPortsTest::rules);

        PortsHost.Closed closed = host.closePorts();
        System.out.println(protocol + " closed it after " + closed.millis() + " ms");
        assertFalse(rules().contains("dnat"), RouterPortsTest::rules);
        sendFromOutside("late", port.external());
        assertEquals("nothing", host.receive(NEVER_MILLIS));
        assertEquals(0, closed.threads());
        assertEquals(0, closed.files());
        assertTrue(closed.millis() < 600, closed::toString);
    }

    @Test
    void shouldPreferPcpAndOpenOnePortOnly() throws IOException {
        startRouter();

        host.open("PCP,NAT_PMP,UPNP");
        PortsHost.Port port = host.port();

        assertEquals("nothing", host.event(NEVER_MILLIS), "one port, one event");
        assertEquals(1, rules().split("dnat", -1).length - 1, RouterPortsTest::rules);
        assertTrue(routerLog().contains("PCP MAP: added"));
        sendFromOutside("hello", port.external());
        assertEquals("hello", host.receive(ARRIVES_MILLIS));
    }

    @Test
    void shouldUseUpnpWhereNothingElseAnswers() throws IOException {
        startRouter("enable_natpmp=no");

        host.open("PCP,NAT_PMP,UPNP");
        PortsHost.Port port = host.port();
        System.out.println("UPNP, after both others were refused, opened a port after " + port.millis() + " ms");

        sendFromOutside("hello", port.external());
        assertEquals("hello", host.receive(ARRIVES_MILLIS));
        assertTrue(routerLog().contains("AddPortMapping"));
    }

    @Test
    void shouldTakeAnotherPortWhereItsOwnIsTaken() {
        startRouter();
        NatLab.run(List.of(
                "ip",
                "netns",
                "exec",
                lab.prefix() + "-ra",
                "nft",
                "insert",
                "rule",
                "inet",
                "miniupnpd",
                "redirected",
                "iif",
                "wan",
                "udp",
                "dport",
                Integer.toString(host.localPort()),
                "dnat",
                "ip",
                "to",
                "192.168.1.3:9"));

        host.open("PCP");
        PortsHost.Port port = host.port();

        assertTrue(port.external().startsWith(OUTSIDE), port::toString);
        assertFalse(port.external().endsWith(":" + host.localPort()), port::toString);
        sendFromOutside("hello", port.external());
        assertEquals("hello", host.receive(ARRIVES_MILLIS));
    }

    @Test
    void shouldSayNothingAndEndAtOnceWhereNoRouterAnswers() {
        PortsHost alone = new PortsHost(lab, Side.B, "192.168.2.2");
        try (alone) {
            alone.open("PCP,NAT_PMP,UPNP");

            assertEquals("nothing", alone.event(1_000));

            PortsHost.Closed closed = alone.closePorts();
            assertTrue(closed.millis() < 100, closed::toString);
            assertEquals(0, closed.threads());
            assertEquals(0, closed.files());
        }
    }
}
