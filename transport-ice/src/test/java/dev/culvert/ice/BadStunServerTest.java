package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.TIMEOUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.internal.StunWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** STUN servers that do not help: gathering goes on without them, and a counter or the log says so. */
@Timeout(30)
class BadStunServerTest {
    private static final Duration GIVE_UP = Duration.ofMillis(3_750);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final InetSocketAddress SEEN = new InetSocketAddress("203.0.113.7", 40_000);

    private static final FakeStunServer.Answer HELPFUL = (request, from) ->
            reply(StunWriter.BINDING_SUCCESS, request).xorMapped(SEEN).bytes();

    private static StunWriter reply(int type, byte[] request) {
        return new StunWriter(type, StunWriter.idOf(request));
    }

    private static IceEndpoint endpoint(StunServer... servers) {
        return IceEndpoint.open(IceConfig.builder()
                .localAddresses(List.of(InetAddress.getLoopbackAddress()))
                .stunServers(List.of(servers))
                .build());
    }

    private static Duration timed(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static void assertHostOnly(IceDescription description) {
        assertEquals(
                List.of(CandidateType.HOST),
                description.candidates().stream().map(IceCandidate::type).toList());
    }

    private static long drops(IceEndpoint endpoint, DropCause cause) {
        return endpoint.drops().getOrDefault(cause, 0L);
    }

    @Test
    void shouldGoOnWithoutAServerThatDoesNotResolve() {
        try (LogCapture log = new LogCapture(ReflexiveProber.class);
                IceEndpoint endpoint = endpoint(new StunServer("stun.invalid", 3_478))) {
            assertHostOnly(endpoint.openContext().gather(TIMEOUT));

            assertTrue(log.has("stun.invalid:3478 does not resolve"), () -> "logged: " + log.lines());
            assertTrue(log.has("check its name"), () -> "logged: " + log.lines());
        }
    }

    @Test
    void shouldWaitForASilentServerUntilTheTimeoutOrUntilItIsGivenUp() throws Exception {
        try (FakeStunServer silent = new FakeStunServer(FakeStunServer.SILENCE);
                LogCapture log = new LogCapture(ReflexiveProber.class);
                IceEndpoint endpoint = endpoint(silent.address())) {
            Duration untilTimeout =
                    timed(() -> assertHostOnly(endpoint.openContext().gather(SHORT)));
            assertTrue(untilTimeout.compareTo(SHORT) >= 0, "returned after " + untilTimeout);
            assertTrue(untilTimeout.toMillis() < 2_000, "returned after " + untilTimeout);

            Duration untilGivenUp =
                    timed(() -> assertHostOnly(endpoint.openContext().gather(TIMEOUT)));
            assertTrue(untilGivenUp.compareTo(GIVE_UP.plusSeconds(2)) < 0, "returned after " + untilGivenUp);

            assertEquals(4, silent.requests());
            assertTrue(log.has("does not answer with our address"), () -> "logged: " + log.lines());
            Duration known = timed(() -> assertHostOnly(endpoint.openContext().gather(TIMEOUT)));
            assertTrue(known.toMillis() < 1_000, "once it was given up nobody waits for it again, but " + known);
        }
    }

    @Test
    void shouldTakeOnlyWhatIsKnownWithATimeoutOfZero() throws Exception {
        try (FakeStunServer silent = new FakeStunServer(FakeStunServer.SILENCE);
                IceEndpoint endpoint = endpoint(silent.address())) {
            Duration took = timed(() -> assertHostOnly(endpoint.openContext().gather(Duration.ZERO)));

            assertTrue(took.toMillis() < 2_000, "took " + took);
        }
    }

    @Test
    void shouldCountGarbageFromAServer() throws Exception {
        byte[] garbage = {(byte) 0x80, 1, 2, 3};
        try (FakeStunServer server = new FakeStunServer((request, from) -> garbage);
                IceEndpoint endpoint = endpoint(server.address())) {
            assertHostOnly(endpoint.openContext().gather(SHORT));

            Eventually.holds("garbage counted", () -> drops(endpoint, DropCause.UNKNOWN_SOURCE) > 0);
            assertEquals(List.of(), endpoint.reflexiveAddresses());
        }
    }

    @Test
    void shouldCountAMalformedAnswer() throws Exception {
        FakeStunServer.Answer malformed = (request, from) -> {
            byte[] answer =
                    reply(StunWriter.BINDING_SUCCESS, request).xorMapped(SEEN).bytes();
            answer[22] = (byte) 0xff; // the attribute is longer than the message
            return answer;
        };
        try (FakeStunServer server = new FakeStunServer(malformed);
                IceEndpoint endpoint = endpoint(server.address())) {
            assertHostOnly(endpoint.openContext().gather(SHORT));

            Eventually.holds("malformed counted", () -> drops(endpoint, DropCause.STUN_MALFORMED) > 0);
        }
    }

    @Test
    void shouldCountAnAnswerToAnotherTransaction() throws Exception {
        FakeStunServer.Answer other = (request, from) -> new StunWriter(StunWriter.BINDING_SUCCESS, new byte[12])
                .xorMapped(SEEN)
                .bytes();
        try (FakeStunServer server = new FakeStunServer(other);
                IceEndpoint endpoint = endpoint(server.address())) {
            assertHostOnly(endpoint.openContext().gather(SHORT));

            Eventually.holds("counted", () -> drops(endpoint, DropCause.STUN_UNKNOWN_TRANSACTION) > 0);
            assertEquals(List.of(), endpoint.reflexiveAddresses());
        }
    }

    @Test
    void shouldNotWaitAfterAnErrorResponse() throws Exception {
        FakeStunServer.Answer error = (request, from) ->
                reply(StunWriter.BINDING_ERROR, request).error(400).bytes();
        assertUnhelpful(error);
    }

    @Test
    void shouldNotWaitAfterAnAnswerWithoutAnAddress() throws Exception {
        assertUnhelpful(
                (request, from) -> reply(StunWriter.BINDING_SUCCESS, request).bytes());
    }

    /** Such an address can not be described to a peer; gathering must neither offer it nor fall over it. */
    @Test
    void shouldNotOfferAnAddressThatCanNotBe() throws Exception {
        for (InetSocketAddress impossible : List.of(
                new InetSocketAddress("0.0.0.0", 0),
                new InetSocketAddress("224.0.0.1", 5_000),
                new InetSocketAddress("255.255.255.255", 5_000),
                new InetSocketAddress("2001:db8::1", 5_000))) {
            assertUnhelpful((request, from) -> reply(StunWriter.BINDING_SUCCESS, request)
                    .xorMapped(impossible)
                    .bytes());
        }
    }

    private static void assertUnhelpful(FakeStunServer.Answer answer) throws Exception {
        try (FakeStunServer server = new FakeStunServer(answer);
                LogCapture log = new LogCapture(ReflexiveProber.class);
                IceEndpoint endpoint = endpoint(server.address())) {
            Duration took = timed(() -> assertHostOnly(endpoint.openContext().gather(TIMEOUT)));

            assertTrue(took.toMillis() < 2_000, "took " + took);
            Eventually.holds("counted", () -> drops(endpoint, DropCause.STUN_SERVER_UNHELPFUL) == 1);
            assertEquals(List.of(), endpoint.reflexiveAddresses());
            assertTrue(log.has("check its name and port"), () -> "logged: " + log.lines());
        }
    }

    @Test
    void shouldOfferWhatAHelpfulServerSawAlthoughAnotherIsSilent() throws Exception {
        try (FakeStunServer helpful = new FakeStunServer(HELPFUL);
                FakeStunServer silent = new FakeStunServer(FakeStunServer.SILENCE);
                IceEndpoint endpoint = endpoint(silent.address(), helpful.address())) {
            IceContext context = endpoint.openContext();
            IceDescription[] description = new IceDescription[1];
            Duration took = timed(() -> description[0] = context.gather(TIMEOUT));

            IceCandidate reflexive = description[0].candidates().stream()
                    .filter(candidate -> candidate.type() == CandidateType.SERVER_REFLEXIVE)
                    .findFirst()
                    .orElseThrow();
            assertEquals(SEEN, reflexive.address());
            assertEquals(endpoint.localAddresses().get(0), reflexive.relatedAddress());
            assertEquals(List.of(SEEN), endpoint.reflexiveAddresses());
            assertTrue(took.toMillis() < 2_500, "the silent server held it up for " + took);
            assertEquals(description[0], IceDescription.fromBytes(description[0].toBytes()));
        }
    }
}
