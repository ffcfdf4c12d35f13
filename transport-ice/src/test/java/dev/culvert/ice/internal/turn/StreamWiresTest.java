package dev.culvert.ice.internal.turn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.Eventually;
import dev.culvert.ice.ProcessFootprint;
import dev.culvert.transport.TransportClosedException;
import dev.culvert.udp.UdpSendStatus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the owner of the wires holds and gives back: one thread, its descriptors. */
@Timeout(120)
class StreamWiresTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final int CYCLES = 200;

    private static Set<Thread> turnThreads() {
        return ProcessFootprint.threads().stream()
                .filter(thread -> thread.getName().startsWith("culvert-turn-"))
                .collect(Collectors.toSet());
    }

    private static InetSocketAddress address(ServerSocket server) {
        return new InetSocketAddress(LOOPBACK, server.getLocalPort());
    }

    @Test
    void shouldHaveOneThreadForAllWiresFromTheFirstOn() throws Exception {
        Set<Thread> before = turnThreads();
        StreamWires wires = new StreamWires();
        assertEquals(before, turnThreads());

        try (ServerSocket server = new ServerSocket(0, 50, LOOPBACK)) {
            server.setSoTimeout(20_000);
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                wires.connect(address(server), null, new Heard());
                sockets.add(server.accept());
            }
            Set<Thread> during = new HashSet<>(turnThreads());
            during.removeAll(before);
            assertEquals(1, during.size(), () -> ProcessFootprint.names(during).toString());
            assertTrue(during.iterator().next().isDaemon());
            assertEquals(20, wires.count());

            wires.close();
            wires.close();
            assertEquals(before, turnThreads());
            assertEquals(0, wires.count());
            for (Socket socket : sockets) {
                socket.setSoTimeout(20_000);
                assertEquals(-1, socket.getInputStream().read());
                socket.close();
            }
        }
    }

    @Test
    void shouldTakeNoWireAfterClose() {
        StreamWires wires = new StreamWires();
        wires.close();

        assertThrows(
                TransportClosedException.class,
                () -> wires.connect(new InetSocketAddress(LOOPBACK, 9), null, new Heard()));
    }

    @Test
    void shouldLeaveNothingBehind() throws Exception {
        TestCertificate certificate = TestCertificate.make();
        SSLContext serverSide = certificate.server();
        SSLContext clientSide = certificate.client();
        try (ServerSocket server = new ServerSocket(0, 50, LOOPBACK)) {
            server.setSoTimeout(20_000);
            for (int i = 0; i < 10; i++) { // classes, random sources
                oneLife(server, i, serverSide, clientSide);
            }
            Set<Thread> threads = turnThreads();
            int descriptors = ProcessFootprint.descriptors();
            for (int i = 0; i < CYCLES; i++) {
                oneLife(server, i, serverSide, clientSide);
            }
            assertEquals(threads, turnThreads());
            Eventually.holds(
                    () -> "descriptors " + descriptors + " -> " + ProcessFootprint.descriptors(),
                    () -> ProcessFootprint.descriptors() <= descriptors);
        }
    }

    @Test
    void shouldGiveBackTheDescriptorsOfEachWireWhileItLives() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, LOOPBACK);
                StreamWires wires = new StreamWires()) {
            server.setSoTimeout(20_000);
            oneWire(wires, server, 0);
            int descriptors = ProcessFootprint.descriptors();
            for (int i = 0; i < CYCLES; i++) {
                oneWire(wires, server, i);
            }
            Eventually.holds(
                    () -> "descriptors " + descriptors + " -> " + ProcessFootprint.descriptors(),
                    () -> ProcessFootprint.descriptors() <= descriptors);
            assertEquals(0, wires.count());
        }
    }

    @Test
    void shouldGiveBackTheDescriptorOfAWireThatNobodyAnswers() throws Exception {
        try (FullBacklog full = new FullBacklog();
                ServerSocket server = new ServerSocket(0, 50, LOOPBACK);
                StreamWires patient = new StreamWires(Duration.ofMinutes(5), 65_536)) {
            server.setSoTimeout(20_000);
            patient.connect(address(server), null, new Heard()); // starts the thread, and stays
            try (Socket stays = server.accept()) {
                int before = ProcessFootprint.descriptors();
                TurnWire wire = patient.connect(full.address(), null, new Heard());
                Eventually.holds("begins to connect", () -> ProcessFootprint.descriptors() > before);
                wire.close();
                Eventually.holds("gives the descriptor back", () -> ProcessFootprint.descriptors() <= before);
            }
        }
    }

    /** Wires over TCP and TLS; the owner's end is theirs. Each third TLS connection is left in its handshake. */
    private static void oneLife(ServerSocket server, int number, SSLContext serverSide, SSLContext clientSide)
            throws Exception {
        try (StreamWires wires = new StreamWires()) {
            oneWire(wires, server, number);
            TurnWire wire = wires.connectTls(address(server), null, TestCertificate.HOST, clientSide, new Heard());
            try (Socket socket = server.accept()) {
                if (number % 3 != 0) {
                    SSLSocket secured = (SSLSocket)
                            serverSide.getSocketFactory().createSocket(socket, null, socket.getPort(), true);
                    secured.setUseClientMode(false);
                    exchange(wire, secured, number);
                }
            }
        }
    }

    /** In turns: closed by us, by the server. */
    private static void oneWire(StreamWires wires, ServerSocket server, int number) throws Exception {
        Heard heard = new Heard();
        TurnWire wire = wires.connect(address(server), null, heard);
        try (Socket socket = server.accept()) {
            exchange(wire, socket, number);
            if (number % 2 == 0) {
                wire.close();
            }
        }
        if (number % 2 != 0) {
            heard.awaitEnd();
        }
    }

    private static void exchange(TurnWire wire, Socket socket, int number) throws Exception {
        socket.setSoTimeout(20_000);
        byte[] message = TurnBytes.message(number);
        assertEquals(UdpSendStatus.SENT, wire.send(ByteBuffer.wrap(message)));
        byte[] expected = TurnBytes.padded(message);
        assertArrayEquals(expected, socket.getInputStream().readNBytes(expected.length));
    }
}
