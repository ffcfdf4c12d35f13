package dev.culvert.natlab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
        NatLabExtension.require();
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
        host = new PortsHost(lab, Side.A, HOST, 0);
    }

    @AfterEach
    void endHost() {
        host.close();
    }

    private static void startRouter(String... lines) {
        List<String> command =
                new ArrayList<>(List.of(NatLab.script().toString(), "miniupnpd", "-p", lab.prefix(), "a"));
        command.addAll(List.of(lines));
        NatLab.run(command);
    }

    private static String rules() {
        return run("ra", "nft", "list", "chain", "inet", "miniupnpd", "redirected");
    }

    private static String run(String namespace, String... command) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", lab.prefix() + "-" + namespace));
        words.addAll(List.of(command));
        return NatLab.run(words);
    }

    private static String routerLog() {
        try {
            return Files.readString(Path.of("/run/natlab", lab.prefix() + ".miniupnpd.a.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From the public host, and from another port each time. */
    private static void sendFromOutside(String word, String to) {
        run("pub", "bash", "-c", "printf " + word + " >/dev/udp/" + to.replace(':', '/'));
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
    void shouldPreferPcpAndOpenOnePortOnly() {
        startRouter();

        host.open("PCP,NAT_PMP,UPNP");
        PortsHost.Port port = host.port();

        assertEquals("nothing", host.event(NEVER_MILLIS), "one port, one event");
        assertEquals(1, rules().split("dnat", -1).length - 1, RouterPortsTest::rules);
        assertTrue(routerLog().contains("PCP MAP: added"), RouterPortsTest::routerLog);
        sendFromOutside("hello", port.external());
        assertEquals("hello", host.receive(ARRIVES_MILLIS));
    }

    @Test
    void shouldUseUpnpAtOnceWhereTheOthersAreRefused() {
        startRouter("enable_upnp=yes");

        assertUpnpOpensAPort("both others were refused");
    }

    @Test
    void shouldUseUpnpWhereTheOthersAreNotAnswered() {
        startRouter();
        run("ra", "nft", "table inet silent { chain in { type filter hook input priority 0; udp dport 5351 drop; }; }");
        try {
            PortsHost.Port port = assertUpnpOpensAPort("nobody answered the others");

            assertTrue(port.millis() >= 250, () -> "others may still answer: " + port);
        } finally {
            run("ra", "nft", "delete", "table", "inet", "silent");
        }
    }

    private PortsHost.Port assertUpnpOpensAPort(String when) {
        host.open("PCP,NAT_PMP,UPNP");
        PortsHost.Port port = host.port();
        System.out.println("UPNP opened a port after " + port.millis() + " ms, as " + when);

        sendFromOutside("hello", port.external());
        assertEquals("hello", host.receive(ARRIVES_MILLIS));
        assertTrue(routerLog().contains("AddPortMapping"), RouterPortsTest::routerLog);
        return port;
    }

    @ParameterizedTest
    @CsvSource({"PCP", "NAT_PMP", "UPNP"})
    void shouldTakeAnotherPortWhereItsOwnIsSomebodyElses(String protocol) {
        startRouter();
        run("a", "ip", "addr", "replace", "192.168.1.3/28", "dev", "eth0");
        PortsHost first = new PortsHost(lab, Side.A, "192.168.1.3", host.localPort());
        try (first) {
            first.open(protocol);
            assertEquals(OUTSIDE + ":" + host.localPort(), first.port().external());

            host.open(protocol);
            PortsHost.Port port = host.port();

            assertTrue(port.external().startsWith(OUTSIDE), port::toString);
            assertFalse(port.external().endsWith(":" + host.localPort()), port::toString);
            sendFromOutside("hello", port.external());
            assertEquals("hello", host.receive(ARRIVES_MILLIS));
            host.closePorts();
            sendFromOutside("other", OUTSIDE + ":" + host.localPort());
            assertEquals("other", first.receive(ARRIVES_MILLIS), "the other host's port is still open");
        }
    }

    @Test
    void shouldSayNothingAndEndAtOnceWhereNoRouterAnswers() {
        PortsHost alone = new PortsHost(lab, Side.B, "192.168.2.2", 0);
        try (alone) {
            alone.open("PCP,NAT_PMP,UPNP");

            assertEquals("nothing", alone.event(1_000));

            PortsHost.Closed closed = alone.closePorts();
            assertTrue(closed.millis() < 100, closed::toString);
            assertEquals(0, closed.threads());
            assertEquals(0, closed.files());
        }
    }

    /** A symmetric NAT finds no port-restricted one, unless that one's router has opened a port. */
    @Test
    void shouldConnectASymmetricSideWithoutGuessing() {
        startRouter();
        lab.nat(Side.B, NatKind.SYM);
        try (TwoPeers peers = TwoPeers.start(lab, PeerKind.CULVERT)) {
            Attempt attempt = peers.attempt(Servers.STUN.withRouterPorts(), Duration.ofSeconds(10));

            assertTrue(attempt.succeeded(), attempt.reason());
            assertTrue(attempt.millisAtB() < 900, "ports are guessed after a second: " + attempt.millisAtB());
        }
        assertFalse(rules().contains("dnat"), RouterPortsTest::rules);
    }
}
