package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static dev.culvert.ice.LoopbackPair.receiveText;
import static dev.culvert.ice.LoopbackPair.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.internal.StunWriter;
import dev.culvert.transport.ConnectFailedException;
import dev.culvert.transport.ConnectionState;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Candidates that come after the descriptions, from both sides, and the end of them. */
@Timeout(60)
class TrickleTest {
    private static final String END = "end";

    private final IceContext a = IceContext.open(LOOPBACK);
    private final IceContext b = IceContext.open(LOOPBACK);

    /** Puts what it hears into a queue, the end as a word. */
    private static final class Heard implements CandidateListener {
        private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

        @Override
        public void onCandidate(IceCandidate candidate) {
            events.add(candidate);
        }

        @Override
        public void onEndOfCandidates() {
            events.add(END);
        }

        Object next() throws InterruptedException {
            return events.poll(10, TimeUnit.SECONDS);
        }
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    private static IceDescription empty(IceDescription description) {
        return new IceDescription(description.ufrag(), description.password(), List.of(), false);
    }

    @Test
    void shouldConnectWhenEveryCandidateComesAfterTheDescription() throws Exception {
        IceDescription offer = a.gather(TIMEOUT);
        IceDescription answer = b.gather(TIMEOUT);
        CompletableFuture<SelectedPair> near = a.connectAsync(empty(answer), Role.CONTROLLING, TIMEOUT);
        CompletableFuture<SelectedPair> far = b.connectAsync(empty(offer), Role.CONTROLLED, TIMEOUT);
        assertEquals(ConnectionState.CONNECTING, a.state());

        answer.candidates().forEach(candidate -> assertTrue(a.addRemoteCandidate(candidate)));
        a.endOfRemoteCandidates();

        near.join();
        far.join(); // one side's candidates are enough: the other learns them from the checks
        b.send(text("trickled"));
        assertEquals("trickled", receiveText(a, 5_000));
    }

    @Test
    void shouldTakeCandidatesThatComeBeforeTheDescription() {
        IceDescription offer = a.gather(TIMEOUT);
        IceDescription answer = b.gather(TIMEOUT);
        answer.candidates().forEach(a::addRemoteCandidate);
        a.endOfRemoteCandidates();

        CompletableFuture<SelectedPair> far = b.connectAsync(empty(offer), Role.CONTROLLED, TIMEOUT);
        a.connect(new IceDescription(answer.ufrag(), answer.password(), List.of()), Role.CONTROLLING, TIMEOUT);
        far.join();
    }

    @Test
    void shouldCallTheDescriptionCompleteWhenNothingElseCanCome() {
        Heard heard = new Heard();

        IceDescription description = a.gatherTrickling(TIMEOUT, heard);

        assertTrue(description.complete());
        assertEquals(1, description.candidates().size());
        assertEquals(ConnectionState.GATHERED, a.state());
        assertTrue(heard.events.isEmpty());
    }

    @Test
    void shouldConnectLongBeforeASilentServerIsGivenUpAndThenTellTheEnd() throws Exception {
        try (FakeStunServer silent = new FakeStunServer(FakeStunServer.SILENCE);
                IceContext slow = IceContext.open(withServer(silent))) {
            Heard heard = new Heard();
            IceDescription first = slow.gatherTrickling(Duration.ofSeconds(3), heard);
            assertFalse(first.complete());

            IceDescription answer = a.gather(TIMEOUT);
            CompletableFuture<SelectedPair> far = a.connectAsync(first, Role.CONTROLLED, TIMEOUT);
            slow.connect(answer, Role.CONTROLLING, TIMEOUT);
            far.join();
            assertTrue(heard.events.isEmpty(), "it waited for the server");

            assertEquals(END, heard.next());
            assertTrue(heard.events.isEmpty());
        }
    }

    @Test
    void shouldTellOfAReflexiveCandidateWhenItsServerAnswers() throws Exception {
        InetSocketAddress seen = new InetSocketAddress("203.0.113.7", 40_000);
        CountDownLatch asked = new CountDownLatch(1);
        FakeStunServer.Answer late = (request, from) -> {
            awaitQuietly(asked);
            return new StunWriter(StunWriter.BINDING_SUCCESS, StunWriter.idOf(request))
                    .xorMapped(seen)
                    .bytes();
        };
        try (FakeStunServer server = new FakeStunServer(late);
                IceContext context = IceContext.open(withServer(server))) {
            Heard heard = new Heard();
            IceDescription first = context.gatherTrickling(TIMEOUT, heard);
            assertEquals(1, first.candidates().size());
            asked.countDown();

            IceCandidate candidate = assertInstanceOf(IceCandidate.class, heard.next());
            assertEquals(seen, candidate.address());
            assertEquals(CandidateType.SERVER_REFLEXIVE, candidate.type());
            assertEquals(END, heard.next());
        }
    }

    @Test
    void shouldTellNobodyOnceItIsClosed() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        FakeStunServer.Answer late = (request, from) -> {
            awaitQuietly(asked);
            return null;
        };
        Heard heard = new Heard();
        try (FakeStunServer server = new FakeStunServer(late);
                IceEndpoint endpoint = IceEndpoint.open(withServer(server))) {
            IceContext context = endpoint.openContext();
            context.gatherTrickling(Duration.ofMillis(100), heard);
            context.close();
            asked.countDown();
            // A later time-out on the same thread: by then the closed one's has passed.
            assertTrue(endpoint.openContext().gather(Duration.ofMillis(200)).complete());
        }
        assertTrue(heard.events.isEmpty());
    }

    @Tag("real-time")
    @Test
    void shouldNotGiveUpWhileCandidatesMayStillCome() throws Exception {
        IceDescription offer = a.gather(TIMEOUT);
        IceDescription answer = b.gather(TIMEOUT);
        // Over IPv6 nothing can be checked from here: the check list is exhausted from the start.
        IceDescription useless = new IceDescription(
                answer.ufrag(),
                answer.password(),
                List.of(new IceCandidate(
                        "1", 1, new InetSocketAddress("2001:db8::1", 5_000), CandidateType.HOST, null)),
                false);
        CompletableFuture<SelectedPair> near = a.connectAsync(useless, Role.CONTROLLING, Duration.ofSeconds(30));
        CompletableFuture<SelectedPair> far = b.connectAsync(empty(offer), Role.CONTROLLED, Duration.ofSeconds(30));
        assertThrows(TimeoutException.class, () -> near.get(6, TimeUnit.SECONDS), "longer than ice4j's patience");

        answer.candidates().forEach(a::addRemoteCandidate);

        near.get(5, TimeUnit.SECONDS);
        far.get(5, TimeUnit.SECONDS);
    }

    @Tag("real-time")
    @Test
    void shouldFailFiveSecondsAfterTheEndWhenNothingIsLeftToCheck() {
        a.gather(TIMEOUT);
        IceDescription nowhere = new IceDescription("nobody", "aPasswordOf22IceChars0", List.of(), false);
        CompletableFuture<SelectedPair> near = a.connectAsync(nowhere, Role.CONTROLLING, Duration.ofSeconds(30));

        long start = System.nanoTime();
        a.endOfRemoteCandidates();

        CompletionException failure = assertThrows(CompletionException.class, near::join);
        assertInstanceOf(ConnectFailedException.class, failure.getCause());
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertTrue(millis >= 5_000 && millis < 15_000, "after " + millis + " ms");
        assertEquals(ConnectionState.FAILED, a.state());
    }

    @Test
    void shouldTakeNoMoreCandidatesThanItsBound() {
        a.gather(TIMEOUT);
        for (int i = 0; i < IceDescription.MAX_CANDIDATES; i++) {
            assertTrue(a.addRemoteCandidate(candidate(i)));
        }

        assertFalse(a.addRemoteCandidate(candidate(IceDescription.MAX_CANDIDATES)));
        assertTrue(a.addRemoteCandidate(candidate(0)), "a known one is no further one");
        assertEquals(1, a.stats().drops(DropCause.TOO_MANY_CANDIDATES));

        a.close();
        assertFalse(a.addRemoteCandidate(candidate(0)));
    }

    @Test
    void shouldRefuseNoCandidateAtAllAndStillFailInTime() {
        a.gather(TIMEOUT);
        IceDescription nowhere = new IceDescription("nobody", "aPasswordOf22IceChars0", List.of(), false);

        assertThrows(NullPointerException.class, () -> a.addRemoteCandidate(null));

        CompletableFuture<SelectedPair> near = a.connectAsync(nowhere, Role.CONTROLLING, Duration.ofMillis(100));
        assertThrows(NullPointerException.class, () -> a.addRemoteCandidate(null));
        ExecutionException failure = assertThrows(ExecutionException.class, () -> near.get(10, TimeUnit.SECONDS));
        assertInstanceOf(ConnectFailedException.class, failure.getCause());
    }

    @Test
    void shouldTakeATimeLongerThanNanosecondsCanCount() {
        Duration endless = Duration.ofSeconds(Long.MAX_VALUE);
        IceDescription offer = a.gatherTrickling(endless, new Heard());
        IceDescription answer = b.gather(endless);

        CompletableFuture<SelectedPair> far = b.connectAsync(offer, Role.CONTROLLED, endless);
        a.connect(answer, Role.CONTROLLING, endless);
        far.join();
    }

    private static IceCandidate candidate(int number) {
        return new IceCandidate("1", 1, new InetSocketAddress("192.0.2.1", 1_000 + number), CandidateType.HOST, null);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static IceConfig withServer(FakeStunServer server) {
        return IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .stunServers(List.of(server.address()))
                .build();
    }
}
