package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.ConnectFailedException;
import dev.culvert.transport.ConnectionState;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers that never answer: the context fails in time, says what was tried, and gives everything back. */
@Timeout(30)
class NoAnswerTest {
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final String PASSWORD = "0123456789abcdefghijkl";

    private final IceEndpoint endpoint = IceEndpoint.open(LOOPBACK);

    @AfterEach
    void close() {
        endpoint.close();
    }

    private static IceDescription at(InetSocketAddress address) {
        IceCandidate candidate = new IceCandidate("1", 1, address, CandidateType.HOST, null);
        return new IceDescription("nobody", PASSWORD, List.of(candidate));
    }

    private ConnectFailedException connectInVain(IceContext context, IceDescription remote) {
        long start = System.nanoTime();
        ConnectFailedException failed =
                assertThrows(ConnectFailedException.class, () -> context.connect(remote, Role.CONTROLLING, SHORT));
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

        assertTrue(millis >= 400 && millis < 3_000, "failed after " + millis + " ms");
        assertEquals(ConnectionState.FAILED, context.state());
        assertEquals(0, endpoint.contextCount());
        assertEquals(0, endpoint.routeCount());
        assertEquals(0, endpoint.contexts().size());
        assertEquals(0, endpoint.contexts().transactionCount());
        return failed;
    }

    @Test
    void shouldFailInTimeAndFreeEverythingWhenThePeerIsSilent() throws Exception {
        BlockingQueue<ConnectionState> states = new LinkedBlockingQueue<>();
        try (endpoint;
                FakeStunServer silent = new FakeStunServer((request, from) -> request.length < 20 ? request : null)) {
            IceContext context =
                    endpoint.openContext(ContextConfig.queue().withStateListener((from, to) -> states.add(to)));
            context.gather(TIMEOUT);

            ConnectFailedException failed = connectInVain(context, at(silent.socketAddress()));

            assertTrue(silent.requests() > 1, "it was asked, and asked again");
            String local = String.valueOf(endpoint.localAddresses().get(0).getPort());
            String remote = String.valueOf(silent.socketAddress().getPort());
            for (String part : List.of("within 400 ms", local, remote, "firewall")) {
                assertTrue(failed.getMessage().contains(part), failed.getMessage());
            }
            assertEquals(SendStatus.CLOSED, context.send(LoopbackPair.text("no")));
            assertEquals(-1, context.recv(ByteBuffer.allocate(10)));
            for (ConnectionState expected : List.of(
                    ConnectionState.GATHERING,
                    ConnectionState.GATHERED,
                    ConnectionState.CONNECTING,
                    ConnectionState.FAILED)) {
                assertEquals(expected, states.poll(5, TimeUnit.SECONDS));
            }
            int asked = requestsAfterAll(silent);
            try (FakeStunServer another = new FakeStunServer(FakeStunServer.SILENCE)) {
                IceContext next = endpoint.openContext();
                next.gather(TIMEOUT);
                connectInVain(next, at(another.socketAddress())); // takes its 400 ms
            }
            assertEquals(asked + 1, requestsAfterAll(silent), "a failed context still sends");
            context.close();
            assertEquals(ConnectionState.CLOSED, context.state());
        }
    }

    @Test
    void shouldFailInTimeWhenThePeersAddressCanNotBeReached() {
        try (endpoint) {
            IceContext ipv6Only = endpoint.openContext();
            ipv6Only.gather(TIMEOUT);
            connectInVain(ipv6Only, at(new InetSocketAddress("2001:db8::1", 5_000)));

            IceContext noRoute = endpoint.openContext();
            noRoute.gather(TIMEOUT);
            connectInVain(noRoute, at(new InetSocketAddress("198.51.100.1", 5_000)));
        }
    }

    @Test
    void shouldFailInTimeWhenGivenItsOwnDescription() {
        try (endpoint) {
            IceContext context = endpoint.openContext();
            IceDescription own = context.gather(TIMEOUT);

            connectInVain(context, own);
        }
    }

    /** How many requests a server has had, once it has answered a marker sent behind them. */
    private static int requestsAfterAll(FakeStunServer server) throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            socket.setSoTimeout(5_000);
            socket.send(new DatagramPacket(new byte[] {1}, 1, server.socketAddress()));
            socket.receive(new DatagramPacket(new byte[1], 1));
            return server.requests();
        }
    }

    /** Both take the same role, as two apps that call each other at once may: the checks settle it. */
    @Test
    void shouldConnectWhenBothTakeTheSameRole() {
        for (Role role : Role.values()) {
            try (LoopbackPair pair = LoopbackPair.open()) {
                IceDescription offer = pair.a.gather(TIMEOUT);
                IceDescription answer = pair.b.gather(TIMEOUT);
                var far = pair.b.connectAsync(offer, role, TIMEOUT);
                pair.a.connect(answer, role, TIMEOUT);
                far.join();

                assertEquals(ConnectionState.CONNECTED, pair.a.state());
                assertEquals(ConnectionState.CONNECTED, pair.b.state());
            }
        }
    }
}
