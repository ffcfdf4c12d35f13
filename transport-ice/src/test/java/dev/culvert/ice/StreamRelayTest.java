package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.culvert.ice.internal.turn.TestCertificate;
import dev.culvert.transport.Tier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Relays reached over TCP and TLS, as where no UDP gets out. The server is coturn. */
@Timeout(60)
@Tag("real-time")
class StreamRelayTest {
    private static final TurnCredentials LAB = new TurnCredentials("lab", "secret");

    @TempDir
    Path folder;

    private TestCertificate certificate;
    private int tlsPort;
    private Turnserver server;

    @BeforeEach
    void start() throws Exception {
        String program = Turnserver.require();
        certificate = TestCertificate.make();
        certificate.writePem(folder.toFile());
        tlsPort = Turnserver.freePort();
        server = Turnserver.start(
                program,
                Turnserver.freePort(),
                List.of(
                        "--tls-listening-port=" + tlsPort,
                        "--cert=" + folder.resolve("certificate"),
                        "--pkey=" + folder.resolve("key"),
                        "--relay-ip=127.0.0.1",
                        "--allow-loopback-peers",
                        "--lt-cred-mech",
                        "--realm=culvert",
                        "--user=lab:secret"));
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    private TurnServer turn(TurnTransport transport) throws Exception {
        return transport == TurnTransport.TLS
                ? new TurnServer("127.0.0.1", tlsPort, transport, () -> LAB, certificate.client())
                : server.turn(transport, LAB);
    }

    private IceConfig config(TurnTransport... transports) throws Exception {
        List<TurnServer> servers = new ArrayList<>();
        for (TurnTransport transport : transports) {
            servers.add(turn(transport));
        }
        return IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .turnServers(servers)
                .relayOnly(true)
                .build();
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "TLS"})
    void shouldCarryDataBothWays(TurnTransport transport) throws Exception {
        try (IceContext a = IceContext.open(config(transport));
                IceContext b = IceContext.open(config(TurnTransport.UDP))) {
            LoopbackPair.connect(a, b);

            assertEquals(Tier.RELAY, a.selectedPair().tier());
            for (int i = 0; i < 200; i++) {
                a.send(LoopbackPair.text("there " + i));
                assertEquals("there " + i, LoopbackPair.receiveText(b, 5_000));
                b.send(LoopbackPair.text("back " + i));
                assertEquals("back " + i, LoopbackPair.receiveText(a, 5_000));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "TLS"})
    void shouldLeaveNoThreadBehind(TurnTransport transport) throws Exception {
        try (IceContext a = IceContext.open(config(transport));
                IceContext b = IceContext.open(config(transport))) {
            LoopbackPair.connect(a, b);
        }

        Eventually.holds(
                "no thread of the wires",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("culvert-turn")));
    }

    /** UDP is asked first, so the server that ends is the one in use. */
    @Test
    void shouldGoOnOverAnotherServerWhenOneEnds() throws Exception {
        try (Turnserver mortal = Turnserver.relay(Turnserver.require(), "--lt-cred-mech", "--user=lab:secret")) {
            IceConfig both = IceConfig.builder()
                    .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                    .turnServers(List.of(mortal.turn(TurnTransport.UDP, LAB), turn(TurnTransport.TCP)))
                    .relayOnly(true)
                    .build();
            try (IceContext a = IceContext.open(both);
                    IceContext b = IceContext.open(config(TurnTransport.UDP))) {
                LoopbackPair.connect(a, b);
                LoopbackPair.awaitNominated(a, b);
                InetSocketAddress first = a.selectedPair().localAddress();
                mortal.close();
                a.checkPath();

                Eventually.holds(
                        "another relay", () -> !a.selectedPair().localAddress().equals(first));
                Eventually.holds("an answer both ways", () -> echoes(a, b) && echoes(b, a));
            }
        }
    }

    private static boolean echoes(IceContext from, IceContext to) {
        from.send(LoopbackPair.text("again"));
        try {
            return LoopbackPair.receiveText(to, 200).equals("again");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
