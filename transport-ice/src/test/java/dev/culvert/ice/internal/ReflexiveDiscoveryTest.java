package dev.culvert.ice.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.internal.ReflexiveDiscovery.Answer;
import dev.culvert.ice.internal.ReflexiveDiscovery.Mapping;
import dev.culvert.ice.internal.ReflexiveDiscovery.Probe;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In virtual time: the clock is a number that the test moves. */
class ReflexiveDiscoveryTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("192.168.1.2", 4_000);
    private static final InetSocketAddress OTHER_LOCAL = new InetSocketAddress("172.17.0.1", 4_001);
    private static final InetSocketAddress SERVER = new InetSocketAddress("198.51.100.1", 3_478);
    private static final InetSocketAddress OTHER_SERVER = new InetSocketAddress("198.51.100.2", 3_478);
    private static final InetSocketAddress SEEN = new InetSocketAddress("203.0.113.7", 40_000);

    /** Near the end of the range: nanoTime may wrap around. */
    private static final long START = Long.MAX_VALUE - Duration.ofSeconds(2).toNanos();

    private final ReflexiveDiscovery discovery = new ReflexiveDiscovery(new SecureRandom());

    private static long at(long millis) {
        return START + Duration.ofMillis(millis).toNanos();
    }

    private static StunMessage message(int type, TransactionId id, InetSocketAddress mapped) {
        byte[] bytes =
                ByteBuffer.allocate(12).putInt(id.high()).putLong(id.low()).array();
        StunWriter writer = new StunWriter(type, bytes);
        return StunMessage.parse((mapped == null ? writer : writer.xorMapped(mapped)).bytes())
                .orElseThrow();
    }

    private static StunMessage answer(Probe probe, InetSocketAddress mapped) {
        return message(StunWriter.BINDING_SUCCESS, probe.id(), mapped);
    }

    private Probe onlyProbe(long millis) {
        List<Probe> due = discovery.poll(at(millis));
        assertEquals(1, due.size(), () -> "due at " + millis + " ms: " + due);
        return due.get(0);
    }

    /** Lets time pass and returns when, in milliseconds, something was sent. */
    private List<Long> sendTimes(long fromMillis, long toMillis) {
        List<Long> times = new ArrayList<>();
        for (long now = fromMillis; now <= toMillis; now++) {
            for (Probe ignored : discovery.poll(at(now))) {
                times.add(now);
            }
        }
        return times;
    }

    @Test
    void shouldHaveNothingToDoWithoutServers() {
        assertTrue(discovery.isSettled(START));
        assertEquals(Optional.empty(), discovery.nextNanos(START));
        assertTrue(discovery.poll(START).isEmpty());
    }

    @Test
    void shouldRepeatAfter250MsDoublingAndGiveUpAfterFour() {
        discovery.add(LOCAL, SERVER, START);

        assertEquals(List.of(0L, 250L, 750L, 1_750L), sendTimes(0, 3_749));
        assertFalse(discovery.isSettled(at(3_749)));

        assertTrue(discovery.poll(at(3_750)).isEmpty());
        assertTrue(discovery.isSettled(at(3_750)));
        assertEquals(Set.of(SERVER), discovery.takeUnhelpful());
        assertEquals(Set.of(), discovery.takeUnhelpful(), "told once");
    }

    @Test
    void shouldAskASilentServerAgainAMinuteLaterUnderANewId() {
        discovery.add(LOCAL, SERVER, START);
        Probe first = onlyProbe(0);
        sendTimes(1, 3_750);

        assertEquals(List.of(63_750L), sendTimes(3_751, 63_999));

        Probe again = onlyProbe(64_000);
        assertNotEquals(first.id(), again.id());
        discovery.onResponse(answer(again, SEEN), LOCAL, SERVER, at(64_010));
        assertEquals(List.of(new Mapping(LOCAL, SERVER, SEEN)), discovery.mappings());
    }

    @Test
    void shouldNameTheNextMomentAndNeverOneThatWasDone() {
        discovery.add(LOCAL, SERVER, START);
        for (long expected : new long[] {0, 250, 750, 1_750, 3_750, 63_750}) {
            assertEquals(Optional.of(at(expected)), discovery.nextNanos(at(expected)));
            discovery.poll(at(expected));
        }
    }

    @Test
    void shouldTellTheAddressAndRefreshAfter25Seconds() {
        discovery.add(LOCAL, SERVER, START);
        Probe probe = onlyProbe(0);

        assertEquals(Answer.USABLE, discovery.onResponse(answer(probe, SEEN), LOCAL, SERVER, at(40)));

        assertTrue(discovery.isSettled(at(40)));
        assertEquals(List.of(new Mapping(LOCAL, SERVER, SEEN)), discovery.mappings());
        assertEquals(List.of(25_040L), sendTimes(41, 25_200));
        assertTrue(discovery.isSettled(at(25_200)), "while it refreshes");
        assertEquals(List.of(new Mapping(LOCAL, SERVER, SEEN)), discovery.mappings(), "while it refreshes");
    }

    @Test
    void shouldTakeAnAnswerToARepetitionAndNotItsDuplicate() {
        discovery.add(LOCAL, SERVER, START);
        Probe probe = onlyProbe(0);
        assertEquals(probe, onlyProbe(250), "a repetition is the same request");
        StunMessage answer = answer(probe, SEEN);

        assertEquals(Answer.USABLE, discovery.onResponse(answer, LOCAL, SERVER, at(300)));
        assertEquals(Answer.NOT_OURS, discovery.onResponse(answer, LOCAL, SERVER, at(301)));
    }

    @Test
    void shouldNotTakeAnAnswerAfterItGaveUp() {
        discovery.add(LOCAL, SERVER, START);
        Probe probe = onlyProbe(0);
        sendTimes(1, 3_750);

        assertEquals(Answer.NOT_OURS, discovery.onResponse(answer(probe, SEEN), LOCAL, SERVER, at(3_751)));
        assertEquals(List.of(), discovery.mappings());
    }

    @Test
    void shouldNotTakeAnswersFromElsewhereOrToAnotherSocketOrId() {
        discovery.add(LOCAL, SERVER, START);
        Probe probe = onlyProbe(0);
        StunMessage answer = answer(probe, SEEN);
        TransactionId wrong = new TransactionId(probe.id().high(), probe.id().low() ^ 1);

        assertEquals(Answer.NOT_OURS, discovery.onResponse(answer, LOCAL, OTHER_SERVER, at(10)));
        assertEquals(Answer.NOT_OURS, discovery.onResponse(answer, OTHER_LOCAL, SERVER, at(10)));
        assertEquals(
                Answer.NOT_OURS,
                discovery.onResponse(message(StunWriter.BINDING_SUCCESS, wrong, SEEN), LOCAL, SERVER, at(10)));

        assertFalse(discovery.isSettled(at(10)));
        assertEquals(List.of(), discovery.mappings());
        assertEquals(Answer.USABLE, discovery.onResponse(answer, LOCAL, SERVER, at(11)));
    }

    @Test
    void shouldSettleWithoutAnAddressOnAnErrorAndOnAnAnswerWithoutOne() {
        discovery.add(LOCAL, SERVER, START);
        discovery.add(LOCAL, OTHER_SERVER, START);
        List<Probe> probes = discovery.poll(START);

        StunMessage error = message(StunWriter.BINDING_ERROR, probes.get(0).id(), SEEN);
        assertEquals(Answer.UNHELPFUL, discovery.onResponse(error, LOCAL, SERVER, at(10)));
        assertEquals(Answer.UNHELPFUL, discovery.onResponse(answer(probes.get(1), null), LOCAL, OTHER_SERVER, at(10)));

        assertTrue(discovery.isSettled(at(10)));
        assertEquals(List.of(), discovery.mappings());
        assertEquals(Set.of(SERVER, OTHER_SERVER), discovery.takeUnhelpful());
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 4000",
        "203.0.113.7, 0",
        "224.0.0.1, 4000",
        "255.255.255.255, 4000",
        "0.1.2.3, 4000",
        "2001:db8::1, 4000"
    })
    void shouldRefuseAnAddressThatThisSocketCanNotHave(String host, int port) {
        discovery.add(LOCAL, SERVER, START);
        Probe probe = onlyProbe(0);

        assertEquals(
                Answer.UNHELPFUL,
                discovery.onResponse(answer(probe, new InetSocketAddress(host, port)), LOCAL, SERVER, at(10)));

        assertEquals(List.of(), discovery.mappings());
    }

    @Test
    void shouldWaitForSlowerServersOnlyThroughTheGrace() {
        discovery.add(LOCAL, SERVER, START);
        discovery.add(OTHER_LOCAL, SERVER, START);
        Probe probe = discovery.poll(START).get(0);
        discovery.onResponse(answer(probe, SEEN), LOCAL, SERVER, at(30));

        assertFalse(discovery.isSettled(at(529)));
        assertEquals(Optional.of(at(250)), discovery.nextNanos(at(30)));
        discovery.poll(at(250));
        assertEquals(Optional.of(at(530)), discovery.nextNanos(at(250)), "the end of the grace is to be told");
        assertTrue(discovery.isSettled(at(530)));
        assertEquals(Optional.of(at(750)), discovery.nextNanos(at(530)), "and told once");
    }

    @Test
    void shouldTakeALateServersAddressToo() {
        discovery.add(LOCAL, SERVER, START);
        discovery.add(LOCAL, OTHER_SERVER, START);
        List<Probe> probes = discovery.poll(START);
        InetSocketAddress alsoSeen = new InetSocketAddress("203.0.113.7", 40_001);
        discovery.onResponse(answer(probes.get(0), SEEN), LOCAL, SERVER, at(30));

        assertEquals(
                Answer.USABLE, discovery.onResponse(answer(probes.get(1), alsoSeen), LOCAL, OTHER_SERVER, at(900)));

        assertEquals(
                List.of(new Mapping(LOCAL, SERVER, SEEN), new Mapping(LOCAL, OTHER_SERVER, alsoSeen)),
                discovery.mappings());
    }

    @Test
    void shouldForgetAnAddressThatARefreshCouldNotConfirm() {
        discovery.add(LOCAL, SERVER, START);
        discovery.onResponse(answer(onlyProbe(0), SEEN), LOCAL, SERVER, START);

        sendTimes(1, 25_000 + 3_749);
        assertEquals(1, discovery.mappings().size());
        discovery.poll(at(25_000 + 3_750));

        assertEquals(List.of(), discovery.mappings());
    }

    @Test
    void shouldFollowAMappingThatChanged() {
        discovery.add(LOCAL, SERVER, START);
        discovery.onResponse(answer(onlyProbe(0), SEEN), LOCAL, SERVER, START);
        InetSocketAddress moved = new InetSocketAddress("203.0.113.7", 50_000);

        discovery.onResponse(answer(onlyProbe(25_000), moved), LOCAL, SERVER, at(25_010));

        assertEquals(List.of(new Mapping(LOCAL, SERVER, moved)), discovery.mappings());
    }

    @Test
    void shouldTellEachAddressOfASocketOnceAndNotItsOwn() {
        discovery.add(LOCAL, SERVER, START);
        discovery.add(LOCAL, OTHER_SERVER, START);
        discovery.add(OTHER_LOCAL, SERVER, START);
        List<Probe> probes = discovery.poll(START);
        discovery.onResponse(answer(probes.get(0), SEEN), LOCAL, SERVER, at(1));
        discovery.onResponse(answer(probes.get(1), SEEN), LOCAL, OTHER_SERVER, at(1));
        discovery.onResponse(answer(probes.get(2), OTHER_LOCAL), OTHER_LOCAL, SERVER, at(1));

        assertEquals(List.of(new Mapping(LOCAL, SERVER, SEEN)), discovery.mappings());
        assertTrue(discovery.isSettled(at(1)));
    }

    private static final InetSocketAddress OTHER_ADDRESS = new InetSocketAddress("198.51.100.2", 3_479);

    /** A server with two addresses (RFC 5780) answers; returns what is asked then. */
    private List<Probe> discoverWithTwoAddresses(InetSocketAddress other) {
        discovery.add(LOCAL, SERVER, START);
        Probe first = onlyProbe(0);
        byte[] id = ByteBuffer.allocate(12)
                .putInt(first.id().high())
                .putLong(first.id().low())
                .array();
        byte[] address = ByteBuffer.allocate(8)
                .putShort((short) 1)
                .putShort((short) other.getPort())
                .put(other.getAddress().getAddress())
                .array();
        byte[] answer = new StunWriter(StunWriter.BINDING_SUCCESS, id)
                .xorMapped(SEEN)
                .attribute(0x802C, address)
                .bytes();
        discovery.onResponse(StunMessage.parse(answer).orElseThrow(), LOCAL, SERVER, at(10));
        return discovery.poll(at(10));
    }

    @Test
    void shouldAskTheOtherAddressesOfAServer() {
        List<Probe> asked = discoverWithTwoAddresses(OTHER_ADDRESS);

        assertEquals(
                Set.of(
                        OTHER_ADDRESS,
                        new InetSocketAddress("198.51.100.2", 3_478),
                        new InetSocketAddress("198.51.100.1", 3_479)),
                Set.copyOf(asked.stream().map(Probe::server).toList()));
        assertFalse(discovery.mappingsOf(LOCAL).known());
    }

    @Test
    void shouldTellANatThatShowsEverybodyTheSamePort() {
        for (Probe probe : discoverWithTwoAddresses(OTHER_ADDRESS)) {
            discovery.onResponse(answer(probe, SEEN), LOCAL, probe.server(), at(20));
        }

        assertTrue(discovery.mappingsOf(LOCAL).known());
        assertTrue(discovery.mappingsOf(LOCAL).same());
        assertTrue(discovery.isSettled(at(20)));
    }

    @Test
    void shouldTellASymmetricNatWithItsPorts() {
        int port = 50_000;
        for (Probe probe : discoverWithTwoAddresses(OTHER_ADDRESS)) {
            InetSocketAddress seen = new InetSocketAddress(SEEN.getAddress(), port++);
            discovery.onResponse(answer(probe, seen), LOCAL, probe.server(), at(20));
        }

        assertTrue(discovery.mappingsOf(LOCAL).known());
        assertFalse(discovery.mappingsOf(LOCAL).same());
        assertEquals(
                Set.of(40_000, 50_000, 50_001, 50_002),
                Set.copyOf(discovery.mappingsOf(LOCAL).ports()));
        assertEquals(1, discovery.mappings().size(), "the others are of no use as candidates");
    }

    @Test
    void shouldWaitForOtherAddressesNoLongerThanTwoRoundTrips() {
        discoverWithTwoAddresses(OTHER_ADDRESS);

        assertFalse(discovery.isSettled(at(79)));
        assertEquals(Optional.of(at(80)), discovery.nextNanos(at(10)));
        assertTrue(discovery.isSettled(at(80)), "10 + 2 * 10 + 50 ms");
        assertFalse(discovery.mappingsOf(LOCAL).known());
    }

    @Test
    void shouldAskNobodyThatAServerHasNoRightToName() {
        assertTrue(discoverWithTwoAddresses(new InetSocketAddress("10.0.0.1", 3_479))
                .isEmpty());
    }

    /** The router was started anew: what the other address saw is of before. */
    @Test
    void shouldNotTakeANewMappingForASymmetricNat() {
        for (Probe probe : discoverWithTwoAddresses(OTHER_ADDRESS)) {
            discovery.onResponse(answer(probe, SEEN), LOCAL, probe.server(), at(20));
        }
        Probe refresh = onlyProbe(25_010);
        InetSocketAddress moved = new InetSocketAddress(SEEN.getAddress(), 41_000);
        discovery.onResponse(answer(refresh, moved), LOCAL, SERVER, at(25_020));

        assertFalse(
                discovery.mappingsOf(LOCAL).known()
                        && !discovery.mappingsOf(LOCAL).same(),
                "symmetric, from answers of different times");
    }

    /** A hostile one names another address in every answer, and each is asked every ten minutes for good. */
    @Test
    void shouldAskFewAddressesThatOneServerNames() {
        discovery.add(LOCAL, SERVER, at(0));
        Set<InetSocketAddress> asked = new java.util.HashSet<>();
        long time = 0;
        for (int i = 0; i < 100; i++) {
            for (Probe probe : discovery.poll(at(time))) {
                if (!probe.server().getAddress().equals(SERVER.getAddress())) {
                    asked.add(probe.server());
                } else if (probe.server().equals(SERVER)) {
                    byte[] id = ByteBuffer.allocate(12)
                            .putInt(probe.id().high())
                            .putLong(probe.id().low())
                            .array();
                    byte[] victim = {0, 1, 0, 53, (byte) 192, 0, 2, (byte) (i + 1)};
                    byte[] answer = new StunWriter(StunWriter.BINDING_SUCCESS, id)
                            .xorMapped(SEEN)
                            .attribute(0x802C, victim)
                            .bytes();
                    discovery.onResponse(StunMessage.parse(answer).orElseThrow(), LOCAL, SERVER, at(time));
                }
            }
            time += 25_000;
        }

        assertTrue(asked.size() <= 4, () -> "asked " + asked.size() + " addresses that a server has named");
    }
}
