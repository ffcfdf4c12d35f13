package dev.culvert.ice.internal.turn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.LogCapture;
import dev.culvert.udp.UdpSendStatus;
import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Messages over real TCP connections on loopback. */
@Timeout(60)
class TcpWireTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final int ACCEPT_MILLIS = 20_000;

    private final StreamWires wires = new StreamWires();
    private final Heard heard = new Heard();
    private ServerSocket server;

    @BeforeEach
    void listen() throws Exception {
        server = new ServerSocket();
        server.setReceiveBufferSize(4_096); // so that little is on the way when nobody reads
        server.bind(new InetSocketAddress(LOOPBACK, 0));
        server.setSoTimeout(ACCEPT_MILLIS);
    }

    @AfterEach
    void closeAll() throws Exception {
        wires.close();
        server.close();
    }

    private InetSocketAddress address() {
        return new InetSocketAddress(LOOPBACK, server.getLocalPort());
    }

    private TurnWire connect() {
        return wires.connect(address(), null, heard);
    }

    private Socket accept() throws Exception {
        Socket socket = server.accept();
        socket.setSoTimeout(ACCEPT_MILLIS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static UdpSendStatus send(TurnWire wire, int number) {
        return wire.send(ByteBuffer.wrap(TurnBytes.message(number)));
    }

    private static void assertComes(DataInputStream in, int number) throws Exception {
        byte[] expected = TurnBytes.padded(TurnBytes.message(number));
        assertArrayEquals(expected, in.readNBytes(expected.length), "message " + number);
    }

    @Test
    void shouldCarryMessagesBothWaysInSmallPieces() throws Exception {
        TurnWire wire = connect();
        try (Socket socket = accept()) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int number = 0; number < 50; number++) {
                assertEquals(UdpSendStatus.SENT, send(wire, number));
                assertComes(in, number);
                byte[] back = TurnBytes.padded(TurnBytes.message(number + 1));
                for (int at = 0; at < back.length; at += 7) {
                    socket.getOutputStream().write(back, at, Math.min(7, back.length - at));
                }
                assertArrayEquals(TurnBytes.message(number + 1), heard.awaitMessage());
            }
        }
    }

    @Test
    void shouldSendWhatWasGivenBeforeItWasConnected() throws Exception {
        TurnWire wire = connect();
        ByteBuffer message = ByteBuffer.wrap(TurnBytes.message(3));
        assertEquals(UdpSendStatus.SENT, wire.send(message));
        assertEquals(0, message.remaining());
        assertTrue(wire.isReliable());

        try (Socket socket = accept()) {
            assertComes(new DataInputStream(socket.getInputStream()), 3);
        }
    }

    @Test
    void shouldConnectFromTheGivenAddress() throws Exception {
        InetAddress other = InetAddress.getByName("127.0.0.2");
        wires.connect(address(), other, heard);
        try (Socket socket = accept()) {
            assertEquals(other, socket.getInetAddress());
        }
    }

    @Test
    void shouldDropWholeMessagesWhileTheServerReadsTooSlowly() throws Exception {
        TurnWire wire = connect();
        try (Socket socket = accept()) {
            int sent = 0;
            ByteBuffer next = ByteBuffer.wrap(TurnBytes.message(0));
            while (wire.send(next) == UdpSendStatus.SENT && sent < 100_000) {
                next = ByteBuffer.wrap(TurnBytes.message(++sent));
            }
            assertTrue(sent < 100_000, "nothing was ever refused");
            assertEquals(UdpSendStatus.BUFFER_FULL, wire.send(next));
            assertEquals(0, next.position(), "consumed what was not sent");

            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int number = 0; number < sent; number++) {
                assertComes(in, number);
            }
            assertEquals(UdpSendStatus.SENT, send(wire, sent + 1));
            assertComes(in, sent + 1);
            assertTrue(heard.ends.isEmpty());
        }
    }

    @Test
    void shouldKeepOnlySoMuchBeforeItIsConnected() throws Exception {
        try (FullBacklog full = new FullBacklog()) {
            TurnWire wire = wires.connect(full.address(), null, heard);
            ByteBuffer message = ByteBuffer.wrap(TurnBytes.channelData(1, 32_000));
            assertEquals(UdpSendStatus.SENT, wire.send(message.rewind()));
            assertEquals(UdpSendStatus.SENT, wire.send(message.rewind()));
            assertEquals(UdpSendStatus.BUFFER_FULL, wire.send(message.rewind()));
            assertEquals(UdpSendStatus.TOO_LARGE, wire.send(ByteBuffer.wrap(TurnBytes.channelData(1, 65_535))));
        }
    }

    @Test
    void shouldTellThatNobodyListens() throws Exception {
        server.close();
        connect();

        String reason = heard.awaitEnd();
        assertTrue(reason.contains("127.0.0.1:" + address().getPort()), reason);
        assertTrue(reason.contains("refused"), reason);
    }

    @Test
    void shouldTellThatANameHasNoAddress() throws Exception {
        wires.connect(InetSocketAddress.createUnresolved("turn.test", 3478), null, heard);

        assertEquals("TURN server turn.test:3478: its name has no known address", heard.awaitEnd());
    }

    @Test
    void shouldTellThatNoConnectionCameInTime() throws Exception {
        try (FullBacklog full = new FullBacklog();
                StreamWires hasty = new StreamWires(Duration.ofMillis(200), 65_536)) {
            TurnWire wire = hasty.connect(full.address(), null, heard);

            String reason = heard.awaitEnd();
            assertTrue(reason.endsWith("no connection within 200 ms"), reason);
            assertEquals(UdpSendStatus.CLOSED, send(wire, 1));
            assertEquals(0, hasty.count());
        }
    }

    @Test
    void shouldLetASilentServerBe() throws Exception {
        try (StreamWires hasty = new StreamWires(Duration.ofMillis(100), 65_536)) {
            TurnWire wire = hasty.connect(address(), null, heard);
            try (Socket socket = accept()) {
                assertNull(heard.ends.poll(300, TimeUnit.MILLISECONDS));
                assertEquals(UdpSendStatus.SENT, send(wire, 1));
                assertComes(new DataInputStream(socket.getInputStream()), 1);
            }
        }
    }

    /** The time is the server's to answer in, not ours to ask. */
    @Test
    void shouldNotTakeAServerForSlowWhenItsOwnThreadIs() throws Exception {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        try (StreamWires hasty = new StreamWires(Duration.ofMillis(200), 65_536)) {
            hasty.connect(address(), null, new ForwardingReceiver(new Heard()) {
                @Override
                public void onMessage(ByteBuffer message) {
                    begun.complete(null);
                    goOn.join();
                }
            });
            try (Socket busy = accept()) {
                busy.getOutputStream().write(TurnBytes.stun(1, 0));
                begun.get(20, TimeUnit.SECONDS);
                TurnWire wire = hasty.connect(address(), null, heard);
                assertNull(heard.ends.poll(300, TimeUnit.MILLISECONDS));
                goOn.complete(null);

                try (Socket socket = accept()) {
                    assertEquals(UdpSendStatus.SENT, send(wire, 1));
                    assertComes(new DataInputStream(socket.getInputStream()), 1);
                    assertTrue(heard.ends.isEmpty());
                }
            }
        }
    }

    @Test
    void shouldTellOnceThatTheServerClosed() throws Exception {
        TurnWire wire = connect();
        Socket socket = accept();
        socket.getOutputStream().write(TurnBytes.padded(TurnBytes.message(1)));
        socket.close();

        assertArrayEquals(TurnBytes.message(1), heard.awaitMessage());
        String reason = heard.awaitEnd();
        assertTrue(reason.endsWith("it closed the connection"), reason);
        assertEquals(UdpSendStatus.CLOSED, send(wire, 2));
        wire.close();
        wires.close();
        assertTrue(heard.ends.isEmpty(), "told twice");
    }

    @Test
    void shouldTellOnceThatTheServerResetTheConnection() throws Exception {
        TurnWire wire = connect();
        Socket socket = accept();
        socket.setSoLinger(true, 0);
        socket.close();
        while (send(wire, 1) != UdpSendStatus.CLOSED) {
            Thread.onSpinWait();
        }

        heard.awaitEnd();
        wires.close();
        assertTrue(heard.ends.isEmpty(), "told twice");
    }

    @Test
    void shouldEndAStreamThatIsNotTurn() throws Exception {
        TurnWire wire = connect();
        try (Socket socket = accept()) {
            socket.getOutputStream().write(TurnBytes.padded(TurnBytes.message(1)));
            socket.getOutputStream().write(new byte[] {(byte) 0xFF, 0, 0, 0, 0, 0});

            assertArrayEquals(TurnBytes.message(1), heard.awaitMessage());
            String reason = heard.awaitEnd();
            assertTrue(reason.endsWith("neither STUN nor ChannelData"), reason);
            assertEquals(-1, socket.getInputStream().read(), "the connection is still open");
            assertEquals(UdpSendStatus.CLOSED, send(wire, 2));
        }
    }

    @Test
    void shouldGoOnWhenAReceiverThrows() throws Exception {
        try (LogCapture log = new LogCapture(StreamWire.class)) {
            wires.connect(address(), null, new ForwardingReceiver(heard) {
                @Override
                public void onMessage(ByteBuffer message) {
                    super.onMessage(message);
                    throw new AssertionError("as a test wants it");
                }
            });
            try (Socket socket = accept()) {
                for (int number = 1; number < 4; number++) {
                    socket.getOutputStream().write(TurnBytes.padded(TurnBytes.message(number)));
                    assertArrayEquals(TurnBytes.message(number), heard.awaitMessage());
                }
            }
            heard.awaitEnd();
            assertEquals(3, log.lines().size(), () -> "logged: " + log.lines());
        }
    }

    @Test
    void shouldLetAReceiverCloseItsWire() throws Exception {
        CompletableFuture<TurnWire> wire = new CompletableFuture<>();
        wire.complete(wires.connect(address(), null, new ForwardingReceiver(heard) {
            @Override
            public void onMessage(ByteBuffer message) {
                super.onMessage(message);
                wire.join().close();
            }
        }));
        try (Socket socket = accept()) {
            byte[] two = ByteBuffer.allocate(56)
                    .put(TurnBytes.stun(1, 8))
                    .put(TurnBytes.stun(2, 8))
                    .array();
            socket.getOutputStream().write(two); // in one piece, so that the second is read with the first
            assertArrayEquals(TurnBytes.stun(1, 8), heard.awaitMessage());
            assertEquals(-1, socket.getInputStream().read());
        }
        wires.close();
        assertTrue(heard.messages.isEmpty() && heard.ends.isEmpty(), "called after close");
    }

    @Test
    void shouldLetAReceiverCloseAllWiresAtTheEndOfOne() throws Exception {
        Heard other = new Heard();
        CompletableFuture<Thread> closedOn = new CompletableFuture<>();
        wires.connect(address(), null, other);
        try (Socket first = accept()) {
            wires.connect(address(), null, new ForwardingReceiver(heard) {
                @Override
                public void onEnd(String reason) {
                    wires.close();
                    super.onEnd(reason);
                    closedOn.complete(Thread.currentThread());
                }
            });
            accept().close();

            heard.awaitEnd();
            assertEquals(-1, first.getInputStream().read(), "the other wire is still open");
            Thread thread = closedOn.get(20, TimeUnit.SECONDS);
            assertTrue(thread.getName().startsWith("culvert-turn-"), thread::getName);
            thread.join(20_000);
            assertTrue(!thread.isAlive() && other.ends.isEmpty());
        }
    }

    @Test
    void shouldWaitForARunningCallbackButNotForEver() throws Exception {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        TurnWire wire = wires.connect(address(), null, new ForwardingReceiver(heard) {
            @Override
            public void onMessage(ByteBuffer message) {
                begun.complete(null);
                goOn.join();
                super.onMessage(message);
            }
        });
        try (Socket socket = accept()) {
            byte[] two = ByteBuffer.allocate(40)
                    .put(TurnBytes.stun(1, 0))
                    .put(TurnBytes.stun(2, 0))
                    .array();
            socket.getOutputStream().write(two);
            begun.get(20, TimeUnit.SECONDS);

            long start = System.nanoTime();
            wire.close();
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            assertTrue(millis >= 900 && millis < 5_000, "waited " + millis + " ms");
            wires.close();
            long both = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            assertTrue(both < 10_000, "waited " + both + " ms");
            assertTrue(heard.messages.isEmpty());

            goOn.complete(null);
            assertArrayEquals(TurnBytes.stun(1, 0), heard.awaitMessage());
            wires.close();
            assertTrue(heard.messages.isEmpty() && heard.ends.isEmpty(), "called after close");
        }
    }

    @Test
    void shouldSayNothingWhenClosedWhileConnecting() throws Exception {
        try (FullBacklog full = new FullBacklog();
                StreamWires hasty = new StreamWires(Duration.ofMillis(100), 65_536)) {
            TurnWire wire = hasty.connect(full.address(), null, heard);
            wire.close();
            wire.close();
            assertEquals(UdpSendStatus.CLOSED, send(wire, 1));
            assertNull(heard.ends.poll(300, TimeUnit.MILLISECONDS));
            assertEquals(0, hasty.count());
        }
        assertTrue(heard.ends.isEmpty());
    }
}
