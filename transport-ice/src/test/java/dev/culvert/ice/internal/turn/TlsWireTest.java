package dev.culvert.ice.internal.turn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.udp.UdpSendStatus;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages over real TLS connections on loopback, against the JDK's own server side. */
@Timeout(60)
class TlsWireTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final int WAIT_MILLIS = 20_000;

    /** RFC 5246 section 6.2.1. */
    private static final byte ALERT = 21;

    private static SSLContext serverContext;
    private static SSLContext clientContext;

    private final StreamWires wires = new StreamWires();
    private final Heard heard = new Heard();
    private ServerSocket server;

    @BeforeAll
    static void makeCertificate() throws Exception {
        TestCertificate certificate = TestCertificate.make();
        serverContext = certificate.server();
        clientContext = certificate.client();
    }

    @BeforeEach
    void listen() throws Exception {
        server = new ServerSocket();
        server.setReceiveBufferSize(4_096); // so that little is on the way when nobody reads
        server.bind(new InetSocketAddress(LOOPBACK, 0));
        server.setSoTimeout(WAIT_MILLIS);
    }

    @AfterEach
    void closeAll() throws Exception {
        wires.close();
        server.close();
    }

    private TurnWire connect(String host) {
        return connect(wires, host, clientContext);
    }

    private TurnWire connect(StreamWires from, String host, SSLContext context) {
        return from.connectTls(new InetSocketAddress(LOOPBACK, server.getLocalPort()), null, host, context, heard);
    }

    private Socket accept() throws IOException {
        Socket socket = server.accept();
        socket.setSoTimeout(WAIT_MILLIS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** The server's side of TLS, with the handshake still to come. */
    private static SSLSocket secured(Socket socket) throws IOException {
        SSLSocket secured =
                (SSLSocket) serverContext.getSocketFactory().createSocket(socket, null, socket.getPort(), true);
        secured.setUseClientMode(false);
        return secured;
    }

    private SSLSocket acceptSecured(String protocol) throws IOException {
        SSLSocket socket = secured(accept());
        socket.setEnabledProtocols(new String[] {protocol});
        socket.startHandshake();
        assertEquals(protocol, socket.getSession().getProtocol());
        return socket;
    }

    private static UdpSendStatus send(TurnWire wire, int number) {
        return wire.send(ByteBuffer.wrap(TurnBytes.message(number)));
    }

    private static void assertComes(SSLSocket socket, int number) throws Exception {
        byte[] expected = TurnBytes.padded(TurnBytes.message(number));
        assertArrayEquals(
                expected,
                new DataInputStream(socket.getInputStream()).readNBytes(expected.length),
                "message " + number);
    }

    private void assertEcho(TurnWire wire, SSLSocket socket, int number, int piece) throws Exception {
        assertEquals(UdpSendStatus.SENT, send(wire, number));
        assertComes(socket, number);
        byte[] back = TurnBytes.padded(TurnBytes.message(number + 1));
        for (int at = 0; at < back.length; at += piece) {
            socket.getOutputStream().write(back, at, Math.min(piece, back.length - at)); // a record each
        }
        assertArrayEquals(TurnBytes.message(number + 1), heard.awaitMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void shouldCarryMessagesBothWaysInSmallPieces(String protocol) throws Exception {
        TurnWire wire = connect(TestCertificate.HOST);
        assertEquals(UdpSendStatus.SENT, send(wire, 7)); // before there is a connection
        try (SSLSocket socket = acceptSecured(protocol)) {
            assertComes(socket, 7);
            for (int number = 0; number < 50; number++) {
                assertEcho(wire, socket, number, 7);
            }
        }
    }

    @Test
    void shouldStandRecordsThatComeInPieces() throws Exception {
        TurnWire wire = connect(TestCertificate.HOST);
        try (ServerSocket inner = new ServerSocket(0, 1, LOOPBACK);
                Socket outer = accept();
                Socket relay = new Socket(LOOPBACK, inner.getLocalPort())) {
            inner.setSoTimeout(WAIT_MILLIS);
            relay.setTcpNoDelay(true);
            Thread up = copy(outer, relay, 4_096);
            Thread down = copy(relay, outer, 3);
            Socket end = inner.accept();
            end.setSoTimeout(WAIT_MILLIS);
            try (SSLSocket socket = secured(end)) {
                for (int number = 0; number < 20; number++) {
                    assertEcho(wire, socket, number, 2_000);
                }
            }
            heard.awaitEnd();
            up.join(WAIT_MILLIS);
            down.join(WAIT_MILLIS);
        }
    }

    private static Thread copy(Socket from, Socket to, int piece) {
        Thread thread = new Thread(() -> {
            byte[] buffer = new byte[piece];
            try {
                OutputStream out = to.getOutputStream();
                for (int n = from.getInputStream().read(buffer);
                        n >= 0;
                        n = from.getInputStream().read(buffer)) {
                    out.write(buffer, 0, n);
                }
                to.shutdownOutput();
            } catch (IOException e) {
                // The test is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Test
    void shouldNameTheServerItWants() throws Exception {
        connect(TestCertificate.HOST);
        try (SSLSocket socket = acceptSecured("TLSv1.3")) {
            assertEquals(
                    List.of(new SNIHostName(TestCertificate.HOST)),
                    ((ExtendedSSLSession) socket.getSession()).getRequestedServerNames());
        }
    }

    @Test
    void shouldTakeACertificateForALiteralAddress() throws Exception {
        TurnWire wire = connect("127.0.0.1");
        try (SSLSocket socket = acceptSecured("TLSv1.3")) {
            assertEcho(wire, socket, 1, 1_000);
            assertEquals(List.of(), ((ExtendedSSLSession) socket.getSession()).getRequestedServerNames());
        }
    }

    /** The JDK's server asks for new keys (TLS 1.3) or a new handshake (1.2) when its handshake is begun once more. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void shouldGoOnAfterAHandshakeInTheMiddle(String protocol) throws Exception {
        TurnWire wire = connect(TestCertificate.HOST);
        try (SSLSocket socket = acceptSecured(protocol)) {
            for (int number = 0; number < 5; number++) {
                assertEcho(wire, socket, number, 100);
                socket.startHandshake();
            }
            assertEcho(wire, socket, 5, 100);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void shouldDropWholeMessagesWhileTheServerReadsTooSlowly(String protocol) throws Exception {
        TurnWire wire = connect(TestCertificate.HOST);
        try (SSLSocket socket = acceptSecured(protocol)) {
            int sent = 0;
            while (send(wire, sent) == UdpSendStatus.SENT && sent < 100_000) {
                sent++;
            }
            assertTrue(sent < 100_000, "nothing was ever refused");
            assertEquals(UdpSendStatus.BUFFER_FULL, send(wire, sent));
            for (int number = 0; number < sent; number++) {
                assertComes(socket, number);
            }
            assertEcho(wire, socket, sent, 1_000);
            assertTrue(heard.ends.isEmpty());
        }
    }

    @Test
    void shouldTellThatTheHandshakeTookTooLong() throws Exception {
        try (StreamWires hasty = new StreamWires(Duration.ofMillis(300), 65_536)) {
            TurnWire wire = connect(hasty, TestCertificate.HOST, clientContext);
            try (Socket silent = accept()) {
                String reason = heard.awaitEnd();
                assertTrue(reason.endsWith("no answer to the TLS handshake within 300 ms"), reason);
                assertTrue(reason.contains(TestCertificate.HOST), reason);
                assertEquals(UdpSendStatus.CLOSED, send(wire, 1));
                assertTrue(silent.getInputStream().readAllBytes().length > 0, "not even a ClientHello");
            }
        }
    }

    @Test
    void shouldRefuseACertificateForAnotherHost() throws Exception {
        assertRefusesCertificate("other.test", clientContext, "other.test found");
    }

    @Test
    void shouldRefuseACertificateThatNobodyVouchesFor() throws Exception {
        assertRefusesCertificate(TestCertificate.HOST, null, "unable to find valid certification path");
    }

    private void assertRefusesCertificate(String host, SSLContext context, String why) throws Exception {
        TurnWire wire = connect(wires, host, context);
        send(wire, 1);
        try (SSLSocket socket = secured(accept())) {
            assertThrows(IOException.class, () -> socket.getInputStream().read(), "got what was for another");
        }
        String reason = heard.awaitEnd();
        assertTrue(reason.contains("its certificate is refused: "), reason);
        assertTrue(reason.contains(why), reason);
    }

    @Test
    void shouldTellThatAServerDoesNotSpeakTls() throws Exception {
        connect(TestCertificate.HOST);
        try (Socket socket = accept()) {
            socket.getOutputStream().write(TurnBytes.stun(1, 100));
            String reason = heard.awaitEnd();
            assertTrue(reason.contains("TLS failed: "), reason);
        }
    }

    @Test
    void shouldRefuseAHostThatIsNoName() throws Exception {
        connect("turn test");
        String reason = heard.awaitEnd();
        assertTrue(reason.endsWith("turn test is no host name"), reason);
    }

    @Test
    void shouldTellOnceThatTheServerClosed() throws Exception {
        TurnWire wire = connect(TestCertificate.HOST);
        try (SSLSocket socket = acceptSecured("TLSv1.3")) {
            assertEcho(wire, socket, 1, 1_000);
        }
        String reason = heard.awaitEnd();
        assertTrue(reason.endsWith("it closed the connection"), reason);
        wires.close();
        assertTrue(heard.ends.isEmpty(), "told twice");
    }

    @Test
    void shouldTellThatTheStreamWasCut() throws Exception {
        TurnWire wire = connect(TestCertificate.HOST);
        Socket raw = accept();
        SSLSocket socket = secured(raw);
        assertEcho(wire, socket, 1, 1_000);
        raw.close();

        String reason = heard.awaitEnd();
        assertTrue(reason.endsWith("it cut the connection without ending TLS"), reason);
    }

    @Test
    void shouldTellThatTheServerLeftInTheHandshake() throws Exception {
        connect(TestCertificate.HOST);
        try (Socket socket = accept()) {
            assertTrue(socket.getInputStream().read() >= 0);
            socket.shutdownOutput();
            String reason = heard.awaitEnd();
            assertTrue(reason.endsWith("it closed the connection in the TLS handshake"), reason);
        }
    }

    @Test
    void shouldEndTlsWhenItIsClosed() throws Exception {
        TurnWire wire = connect(TestCertificate.HOST);
        try (Socket raw = accept()) {
            SSLSocket socket = secured(raw);
            socket.setEnabledProtocols(new String[] {"TLSv1.2"}); // where a record shows that it is an alert
            assertEcho(wire, socket, 1, 1_000);
            wire.close();
            byte[] last = raw.getInputStream().readAllBytes();
            assertTrue(last.length > 0 && last[0] == ALERT, () -> "no close_notify, but " + last.length + " bytes");
        }
        wires.close();
        assertTrue(heard.ends.isEmpty(), "told of our own close");
    }

    @Test
    void shouldSayNothingWhenClosedInTheHandshake() throws Exception {
        for (int i = 0; i < 20; i++) {
            TurnWire wire = connect(TestCertificate.HOST);
            try (Socket socket = accept()) {
                assertTrue(socket.getInputStream().read() >= 0); // the ClientHello has come
                wire.close();
                assertTrue(socket.getInputStream().readAllBytes().length > 0);
            }
        }
        wires.close();
        assertTrue(heard.ends.isEmpty(), () -> "told of our own close: " + heard.ends);
    }
}
