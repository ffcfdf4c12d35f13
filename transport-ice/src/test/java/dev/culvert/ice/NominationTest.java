package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.ConnectFailedException;
import dev.culvert.transport.ConnectionState;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From the first pair that works to the one that both sides settle on, and what if they do not. */
@Timeout(30)
class NominationTest {
    private static final SelectedPair PAIR = new SelectedPair(
            CandidateType.HOST,
            new InetSocketAddress("127.0.0.1", 1),
            new InetSocketAddress("127.0.0.1", 1),
            CandidateType.HOST,
            new InetSocketAddress("127.0.0.1", 2));

    private final VirtualScheduler time = new VirtualScheduler();
    private final List<RuntimeException> failures = new ArrayList<>();
    private final IceEndpoint endpoint = IceEndpoint.open(LOOPBACK);
    private final Establishment establishment = new Establishment(
            new ContextState("test", null, time),
            new ContextAgent(endpoint.openContext(), endpoint, new DataPath(ContextConfig.queue(), endpoint.buffers())),
            time,
            ContextConfig.DEFAULT_GRACE,
            failures::add);

    @AfterEach
    void close() {
        endpoint.close();
    }

    @Test
    void shouldFailWhenNoPairIsNominatedForAMinute() {
        establishment.succeed(PAIR);
        time.advance(Establishment.NOMINATION.minusMillis(1));
        assertEquals(List.of(), failures);

        time.advance(Duration.ofMillis(1));

        assertInstanceOf(ConnectFailedException.class, failures.get(0));
        assertEquals(1, failures.size());
    }

    @Test
    void shouldWaitNoLongerOnceNominated() {
        establishment.succeed(PAIR);
        establishment.settle();

        assertEquals(0, time.waiting());
        time.advance(Duration.ofHours(1));
        assertEquals(List.of(), failures);
        assertTrue(establishment.connected().isDone());
    }

    @Test
    void shouldLeaveNoTimerWhenClosedMeanwhile() {
        establishment.close();

        establishment.succeed(PAIR);

        assertEquals(0, time.waiting());
    }

    /** The other context got the address between the answer and the nomination. */
    @Test
    void shouldFailWhenTheNominatedPathIsAnothersNow() {
        try (IceEndpoint far = IceEndpoint.open(LOOPBACK)) {
            IceContext context = endpoint.openContext();
            LoopbackPair.connect(context, far.openContext());
            LoopbackPair.awaitNominated(context);
            SelectedPair used = context.selectedPair();
            InetSocketAddress elsewhere = new InetSocketAddress("127.0.0.1", 9);
            EndpointSocket socket = endpoint.socket(endpoint.localAddresses().get(0));
            assertTrue(socket.claim(elsewhere, endpoint.openContext(), true, System.nanoTime()));
            SelectedPair lost =
                    new SelectedPair(used.localType(), used.localAddress(), used.base(), used.remoteType(), elsewhere);

            endpoint.stunThread().execute(() -> context.path().onPair(lost, true));

            Eventually.holds("it has failed", () -> context.state() == ConnectionState.FAILED);
            assertEquals(used, context.selectedPair(), "never over a path that is another's");
        }
    }

    @Test
    void shouldNotBeNominatedBeforeThePeersSettle() {
        try (IceEndpoint far = IceEndpoint.open(LOOPBACK)) {
            IceContext context = endpoint.openContext();
            assertFalse(context.path().isNominated());
            LoopbackPair.connect(context, far.openContext());
            LoopbackPair.awaitNominated(context);
            assertTrue(context.path().isNominated());
        }
    }
}
