package dev.culvert.ice.internal.turn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.culvert.ice.Eventually;
import dev.culvert.ice.Turnserver;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.StunWriter;
import dev.culvert.udp.UdpSendStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Wires to coturn. Without the program (Debian: package coturn) the tests are skipped, unless CULVERT_REQUIRE_TOOLS=1 says
 * that it must be there.
 */
@Timeout(60)
class RealTurnWireTest {
    private static final int ALLOCATE_REQUEST = 0x0003;
    private static final int REQUESTED_TRANSPORT = 0x0019;
    private static final byte[] UDP = {17, 0, 0, 0};

    @TempDir
    static Path folder;

    private static TestCertificate certificate;
    private static Turnserver server;
    private static InetSocketAddress tcp;
    private static InetSocketAddress tls;

    @BeforeAll
    static void start() throws Exception {
        String program = Turnserver.require();
        certificate = TestCertificate.make();
        certificate.writePem(folder.toFile());
        tcp = new InetSocketAddress(InetAddress.getLoopbackAddress(), Turnserver.freePort());
        tls = new InetSocketAddress(InetAddress.getLoopbackAddress(), Turnserver.freePort());
        server = Turnserver.start(
                program,
                tcp.getPort(),
                List.of(
                        "--tls-listening-port=" + tls.getPort(),
                        "--cert=" + folder.resolve("certificate"),
                        "--pkey=" + folder.resolve("key"),
                        "--lt-cred-mech",
                        "--realm=turn.test",
                        "--user=user:password"));
        Eventually.holds("turnserver listens on TCP", () -> accepts(tcp) && accepts(tls));
    }

    private static boolean accepts(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address, 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    /** Without credentials an Allocate is refused: 401, RFC 8489 section 9.2.4. */
    private static void assertAsksForCredentials(Function<TurnWire.Receiver, TurnWire> connect) throws Exception {
        Heard heard = new Heard();
        byte[] id = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
        byte[] request = new StunWriter(ALLOCATE_REQUEST, id)
                .attribute(REQUESTED_TRANSPORT, UDP)
                .bytes();
        try (TurnWire wire = connect.apply(heard)) {
            assertEquals(UdpSendStatus.SENT, wire.send(ByteBuffer.wrap(request)));
            byte[] answer = heard.awaitMessage();
            StunMessage message = StunMessage.parse(answer).orElseThrow();
            assertEquals(StunMessage.Kind.ERROR, message.kind());
            assertEquals(401, message.errorCode());
            assertArrayEquals(id, StunWriter.idOf(answer));
        }
    }

    @Test
    void shouldBeAskedForCredentialsOverTcp() throws Exception {
        try (StreamWires wires = new StreamWires()) {
            assertAsksForCredentials(receiver -> wires.connect(tcp, null, receiver));
        }
    }

    @Test
    void shouldBeAskedForCredentialsOverTls() throws Exception {
        try (StreamWires wires = new StreamWires()) {
            var context = certificate.client();
            assertAsksForCredentials(receiver -> wires.connectTls(tls, null, TestCertificate.HOST, context, receiver));
        }
    }
}
