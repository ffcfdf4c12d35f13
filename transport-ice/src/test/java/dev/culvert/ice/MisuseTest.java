package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static dev.culvert.ice.LoopbackPair.receiveText;
import static dev.culvert.ice.LoopbackPair.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.ConnectionState;
import dev.culvert.transport.InvalidDescriptionException;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.NoUsableAddressException;
import dev.culvert.transport.TooManyConnectionsException;
import dev.culvert.transport.TransportClosedException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls out of order or out of bounds: each a typed exception that says what to do, or a value and a counter. */
@Timeout(30)
class MisuseTest {
    private static final InetAddress LOCALHOST = InetAddress.getLoopbackAddress();

    private static void assertTells(Throwable error, String... parts) {
        for (String part : parts) {
            assertTrue(error.getMessage().contains(part), () -> "\"" + error.getMessage() + "\" lacks " + part);
        }
    }

    private static IceDescription someones() {
        try (IceContext other = IceContext.open(LOOPBACK)) {
            return other.gather(TIMEOUT);
        }
    }

    @Test
    void shouldSayWhichAddressCouldNotBeBound() throws Exception {
        InetAddress notOurs = InetAddress.getByName("192.0.2.250");
        IceConfig config = IceConfig.builder().localAddresses(List.of(notOurs)).build();
        int before = ProcessFootprint.descriptors();

        NoUsableAddressException refused = assertThrows(NoUsableAddressException.class, () -> IceEndpoint.open(config));

        assertTells(refused, "192.0.2.250", "IceConfig.localAddresses");
        assertThrows(NoUsableAddressException.class, () -> IceContext.open(config));
        Eventually.holds("sockets closed", () -> ProcessFootprint.descriptors() <= before);
    }

    @Test
    void shouldGoOnWithTheAddressesThatCanBeBound() throws Exception {
        IceConfig config = IceConfig.builder()
                .localAddresses(List.of(InetAddress.getByName("192.0.2.250"), LOCALHOST))
                .build();
        try (LogCapture log = new LogCapture(IceEndpoint.class);
                IceEndpoint endpoint = IceEndpoint.open(config)) {
            assertEquals(1, endpoint.localAddresses().size());
            assertTrue(log.has("192.0.2.250"), () -> "logged: " + log.lines());
        }
    }

    @Test
    void shouldRefuseAddressesThatNoPeerCouldBeTold() throws Exception {
        for (String host : List.of("0.0.0.0", "::", "224.0.0.1", "255.255.255.255")) {
            IceConfig.Builder builder = IceConfig.builder().localAddresses(List.of(InetAddress.getByName(host)));
            assertTells(assertThrows(IllegalArgumentException.class, builder::build), "leave it empty");
        }
    }

    @Test
    void shouldGatherOnce() {
        try (IceContext context = IceContext.open(LOOPBACK)) {
            context.gather(TIMEOUT);

            assertTells(
                    assertThrows(IllegalStateException.class, () -> context.gather(TIMEOUT)),
                    "gathers once",
                    "GATHERED");
            assertEquals(ConnectionState.GATHERED, context.state());
        }
    }

    @Test
    void shouldConnectOnceAndAfterGathering() throws Exception {
        IceDescription remote = someones();
        try (LoopbackPair pair = LoopbackPair.open()) {
            assertTells(
                    assertThrows(IllegalStateException.class, () -> pair.a.connect(remote, Role.CONTROLLING, TIMEOUT)),
                    "follows gather",
                    "NEW");

            pair.connect();
            assertTells(
                    assertThrows(IllegalStateException.class, () -> pair.a.connect(remote, Role.CONTROLLING, TIMEOUT)),
                    "once",
                    "CONNECTED");

            assertEquals(ConnectionState.CONNECTED, pair.a.state());
            pair.a.send(text("still here"));
            assertEquals("still here", receiveText(pair.b, 5_000));
        }
    }

    @Test
    void shouldRefuseToConnectToNothingOrWithoutTime() {
        try (IceContext context = IceContext.open(LOOPBACK)) {
            IceDescription own = context.gather(TIMEOUT);
            IceDescription empty = new IceDescription(own.ufrag(), own.password(), List.of());

            assertTells(
                    assertThrows(
                            InvalidDescriptionException.class, () -> context.connect(empty, Role.CONTROLLING, TIMEOUT)),
                    "no candidates");
            for (Duration bad : List.of(Duration.ZERO, Duration.ofMillis(-1))) {
                assertThrows(IllegalArgumentException.class, () -> context.connect(own, Role.CONTROLLING, bad));
            }
            assertEquals(ConnectionState.GATHERED, context.state());
        }
        try (IceContext context = IceContext.open(LOOPBACK)) {
            assertThrows(IllegalArgumentException.class, () -> context.gather(Duration.ofMillis(-1)));
            assertEquals(ConnectionState.NEW, context.state());
        }
    }

    @Test
    void shouldSayThatAClosedContextIsClosed() {
        IceDescription remote = someones();
        IceContext context = IceContext.open(LOOPBACK);
        context.gather(TIMEOUT);
        context.close();
        context.close();

        assertTells(assertThrows(TransportClosedException.class, () -> context.gather(TIMEOUT)), "open a new one");
        assertThrows(TransportClosedException.class, () -> context.connect(remote, Role.CONTROLLED, TIMEOUT));
        assertEquals(SendStatus.CLOSED, context.send(text("no")));
        assertEquals(-1, context.recv(ByteBuffer.allocate(10)));
    }

    @Test
    void shouldOpenNoContextOnAClosedEndpoint() {
        IceEndpoint endpoint = IceEndpoint.open(LOOPBACK);
        endpoint.close();

        assertTells(assertThrows(TransportClosedException.class, endpoint::openContext), "endpoint", "open a new one");
    }

    @Test
    void shouldRefuseAndCountWhatIsSentBeforeConnect() {
        try (IceContext context = IceContext.open(LOOPBACK)) {
            assertEquals(SendStatus.NOT_CONNECTED, context.send(text("early")));
            context.gather(TIMEOUT);
            ByteBuffer payload = text("early");
            assertEquals(SendStatus.NOT_CONNECTED, context.send(payload));

            assertEquals(5, payload.remaining(), "what was not sent is not consumed");
            assertEquals(2, context.stats().drops(DropCause.SEND_NOT_CONNECTED));
        }
    }

    @Test
    void shouldCarryTheLargestDatagramAndRefuseOneByteMore() throws Exception {
        try (LoopbackPair pair = LoopbackPair.connected()) {
            MessageTooLargeException refused =
                    assertThrows(MessageTooLargeException.class, () -> pair.a.send(ByteBuffer.allocate(65_508)));
            assertEquals(65_508, refused.size());
            assertEquals(65_507, refused.limit());
            assertTells(refused, "65508", "65507", "split it");

            assertEquals(SendStatus.SENT, pair.a.send(ByteBuffer.allocate(65_507)));
            assertEquals(65_507, pair.b.recvTimeout(ByteBuffer.allocate(65_507), 5_000));
        }
    }

    @Test
    void shouldNeitherSendNorDeliverEmptyDatagrams() throws Exception {
        try (IceEndpoint near = IceEndpoint.open(LOOPBACK);
                IceContext b = IceContext.open(LOOPBACK)) {
            IceContext a = near.openContext();
            LoopbackPair.connect(a, b);

            assertEquals(SendStatus.EMPTY, a.send(ByteBuffer.allocate(0)));
            near.socket(near.localAddresses().get(0))
                    .send(ByteBuffer.allocate(0), a.selectedPair().remoteAddress());
            a.send(text("next"));

            assertEquals("next", receiveText(b, 5_000));
            assertEquals(1, b.stats().drops(DropCause.EMPTY));
        }
    }

    @Test
    void shouldKeepAMessageWhenTheBufferIsReadOnly() throws Exception {
        try (LoopbackPair pair = LoopbackPair.connected()) {
            pair.a.send(text("kept"));
            ByteBuffer readOnly = ByteBuffer.allocate(100).asReadOnlyBuffer();

            assertThrows(ReadOnlyBufferException.class, () -> pair.b.recvTimeout(readOnly, 5_000));

            assertEquals("kept", receiveText(pair.b, 0));
        }
    }

    @Test
    void shouldRefuseOneContextMoreThanTheBoundAndHarmNoOther() {
        IceConfig config = IceConfig.builder()
                .localAddresses(List.of(LOCALHOST))
                .maxContexts(2)
                .build();
        try (IceEndpoint endpoint = IceEndpoint.open(config)) {
            IceContext first = endpoint.openContext();
            IceContext second = endpoint.openContext();

            assertTells(assertThrows(TooManyConnectionsException.class, endpoint::openContext), "2", "close one");

            second.gather(TIMEOUT);
            first.close();
            endpoint.openContext().gather(TIMEOUT);
            assertEquals(2, endpoint.contextCount());
        }
    }
}
