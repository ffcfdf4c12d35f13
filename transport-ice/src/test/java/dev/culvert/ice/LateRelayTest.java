package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.ConnectionState;
import dev.culvert.transport.NoUsableAddressException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A TURN server that grants its relay only when the description has been made. */
@Timeout(60)
class LateRelayTest {
    private static final TurnCredentials LAB = new TurnCredentials("lab", "secret");
    private static final String END = "end";

    private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();
    private final CandidateListener late = new CandidateListener() {
        @Override
        public void onCandidate(IceCandidate candidate) {
            told.add(candidate);
        }

        @Override
        public void onEndOfCandidates() {
            told.add(END);
        }
    };

    private Turnserver coturn;
    private HeldForwarder line;

    @BeforeEach
    void start() throws Exception {
        coturn = Turnserver.relay(Turnserver.require(), "--lt-cred-mech", "--user=lab:secret");
        line = HeldForwarder.to(coturn.turn(TurnTransport.TCP, LAB).port());
    }

    @AfterEach
    void end() throws Exception {
        line.close();
        coturn.close();
    }

    private IceConfig.Builder config() {
        return config(line.port());
    }

    private static IceConfig.Builder config(int port) {
        return IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .turnServers(List.of(new TurnServer("127.0.0.1", port, TurnTransport.TCP, LAB)));
    }

    private Object hear() throws InterruptedException {
        return told.poll(20, TimeUnit.SECONDS);
    }

    @Test
    void shouldDescribeWhatThereIsAndTellOfTheRelayLater() throws Exception {
        try (IceContext context = IceContext.open(config().build())) {
            IceDescription description =
                    context.gatherAsync(Duration.ofMillis(100), TIMEOUT, late).get(20, TimeUnit.SECONDS);

            assertFalse(description.complete());
            assertEquals(
                    List.of(CandidateType.HOST),
                    description.candidates().stream().map(IceCandidate::type).toList());
            assertEquals(ConnectionState.GATHERED, context.state());
            assertTrue(told.isEmpty());

            line.release();
            IceCandidate relay = assertInstanceOf(IceCandidate.class, hear());
            assertEquals(CandidateType.RELAYED, relay.type());
            assertEquals(END, hear());
        }
    }

    @Test
    void shouldConnectOverTheRelayThatCameLate() throws Exception {
        IceConfig near = config().relayOnly(true).build();
        try (IceContext a = IceContext.open(near);
                IceContext b = IceContext.open(LoopbackPair.LOOPBACK)) {
            CompletableFuture<IceDescription> offer = a.gatherAsync(Duration.ZERO, TIMEOUT, late);
            line.awaitConnection();
            assertThrows(
                    TimeoutException.class,
                    () -> offer.get(300, TimeUnit.MILLISECONDS),
                    "a description that nobody could use");

            line.release();
            IceDescription answer = b.gather(TIMEOUT);
            CompletableFuture<SelectedPair> far = b.connectAsync(offer.join(), Role.CONTROLLED, TIMEOUT);
            SelectedPair pair = a.connect(answer, Role.CONTROLLING, TIMEOUT);
            far.join();
            assertTrue(pair.isRelayed());
        }
    }

    @Test
    void shouldMakeOneWholeDescriptionWhenTheRelayIsThereInTime() throws Exception {
        line.release();
        try (IceContext context = IceContext.open(config().build())) {
            IceDescription description =
                    context.gatherAsync(TIMEOUT, TIMEOUT, late).get(20, TimeUnit.SECONDS);

            assertTrue(description.complete());
            assertEquals(2, description.candidates().size());
            assertTrue(told.isEmpty());
        }
    }

    @Test
    void shouldAskAServerAgainThatDidNotListenAtFirst() throws Exception {
        int port = Turnserver.freePort();
        try (IceContext context = IceContext.open(config(port).build())) {
            // Not after the ten seconds: nothing else can come before the server listens.
            context.gatherAsync(TIMEOUT, TIMEOUT.plus(TIMEOUT), late).get(5, TimeUnit.SECONDS);
            assertTrue(told.isEmpty());

            try (HeldForwarder now =
                    HeldForwarder.at(port, coturn.turn(TurnTransport.TCP, LAB).port())) {
                now.release();
                assertEquals(
                        CandidateType.RELAYED,
                        assertInstanceOf(IceCandidate.class, hear()).type());
                assertEquals(END, hear());
            }
        }
    }

    /** A password does not become right by being said again. */
    @Test
    void shouldNotAskAServerAgainThatHasRefused() throws Exception {
        line.release();
        TurnServer refusing =
                new TurnServer("127.0.0.1", line.port(), TurnTransport.TCP, new TurnCredentials("lab", "wrong"));
        try (IceContext context =
                IceContext.open(config().turnServers(List.of(refusing)).build())) {
            IceDescription description =
                    context.gatherAsync(TIMEOUT, TIMEOUT, late).get(5, TimeUnit.SECONDS);

            assertTrue(description.complete());
            assertTrue(told.isEmpty());
        }
    }

    @Test
    void shouldFailAtTheTimeOutWhereARelayIsTheOnlyWay() {
        try (IceContext context = IceContext.open(config().relayOnly(true).build())) {
            CompletableFuture<IceDescription> none =
                    context.gatherAsync(Duration.ofMillis(100), Duration.ofMillis(500), late);

            ExecutionException failure = assertThrows(ExecutionException.class, () -> none.get(20, TimeUnit.SECONDS));
            assertInstanceOf(NoUsableAddressException.class, failure.getCause());
            assertTrue(told.isEmpty());
        }
    }

    @Test
    void shouldTellTheEndWhenTheTimeIsOver() throws Exception {
        try (IceContext context = IceContext.open(config().build())) {
            context.gatherAsync(Duration.ofMillis(100), Duration.ofMillis(500), late)
                    .get(20, TimeUnit.SECONDS);

            assertEquals(END, hear());
            line.release();
        }
        assertTrue(told.isEmpty());
    }

    /** The next time to ask would be two seconds after the first. */
    @Tag("real-time")
    @Test
    void shouldAskNobodyAgainWhenTheTimeIsOver() throws Exception {
        try (ServerSocket closing = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                IceContext context =
                        IceContext.open(config(closing.getLocalPort()).build())) {
            var unused = context.gatherAsync(Duration.ZERO, Duration.ofMillis(500), late);
            closing.accept().close();
            assertEquals(END, hear());

            closing.setSoTimeout(3_000);
            assertThrows(SocketTimeoutException.class, closing::accept);
        }
    }

    @Test
    void shouldNotWaitForARelayThatIsNotNeededAnyMore() throws Exception {
        try (IceContext a = IceContext.open(config().build());
                IceContext b = IceContext.open(LoopbackPair.LOOPBACK)) {
            IceDescription offer =
                    a.gatherAsync(Duration.ZERO, Duration.ofMinutes(1), late).join();
            line.awaitConnection();
            IceDescription answer = b.gather(TIMEOUT);
            CompletableFuture<SelectedPair> far = b.connectAsync(offer, Role.CONTROLLED, TIMEOUT);
            a.connect(answer, Role.CONTROLLING, TIMEOUT);
            far.join();
            LoopbackPair.awaitNominated(a, b);

            assertEquals(END, hear()); // not when the time is over
            line.release();
            line.awaitEnd();
            assertEquals(ConnectionState.CONNECTED, a.state());
        }
    }

    @Test
    void shouldRefuseTimesThatMeanNothing() {
        try (IceContext context = IceContext.open(config().build())) {
            assertThrows(
                    IllegalArgumentException.class, () -> context.gatherAsync(TIMEOUT.plusMillis(1), TIMEOUT, late));
            assertThrows(
                    IllegalArgumentException.class, () -> context.gatherAsync(Duration.ofMillis(-1), TIMEOUT, late));
            assertEquals(ConnectionState.NEW, context.state());
        }
    }

    @Test
    void shouldNotTellAnybodyAfterClose() throws Exception {
        CompletableFuture<IceDescription> unmade;
        try (IceContext context = IceContext.open(config().relayOnly(true).build())) {
            unmade = context.gatherAsync(Duration.ZERO, TIMEOUT, late);
            line.awaitConnection();
        }
        line.release();
        assertThrows(CompletionException.class, unmade::join);
        assertTrue(told.isEmpty());
    }
}
