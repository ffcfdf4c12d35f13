package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.dht.memory.MemoryDht;
import dev.culvert.dht.memory.MemoryNetwork;
import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageTooLargeException;
import dev.culvert.transport.TransportClosedException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CandidateDirectoryTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration OFTEN = Duration.ofMillis(20);

    private final TestClock clock = TestClock.standingAt(Instant.parse("2026-11-15T12:00:00Z"));
    private final MemoryNetwork network = new MemoryNetwork(clock);
    private final MemoryDht dht = MemoryDht.joinLikeMainline(network);
    private final Identity alice = Identity.generate();
    private final Identity bob = Identity.generate();
    private final CandidateDirectory ofAlice = CandidateDirectory.open(alice, dht, clock);
    private final CandidateDirectory ofBob = CandidateDirectory.open(bob, dht, clock);

    @AfterEach
    void close() {
        ofAlice.close();
        ofBob.close();
        dht.close();
    }

    private void publish(int content) {
        assertEquals(1, Eventually.get(ofAlice.publish(bob.peerId(), new byte[] {(byte) content}, HOUR)));
    }

    private Optional<Published> lookup() {
        return Eventually.get(ofBob.lookup(alice.peerId()));
    }

    private void assertFinds(int content) {
        assertArrayEquals(new byte[] {(byte) content}, lookup().orElseThrow().payload());
    }

    private long replayed() {
        return ofBob.counters().getOrDefault(RejectReason.REPLAYED, -1L);
    }

    @Test
    void shouldFindWhatAPeerPublished() {
        publish(1);

        Published found = lookup().orElseThrow();

        assertArrayEquals(new byte[] {1}, found.payload());
        assertEquals(clock.instant().plus(HOUR), found.expiry());
        assertEquals(clock.millis(), found.sequence());
    }

    @Test
    void shouldFindNothingWhereNothingWasPublished() {
        assertEquals(Optional.empty(), lookup());
        assertTrue(ofBob.counters().values().stream().allMatch(count -> count == 0));
    }

    @Test
    void shouldFindTheNewestOfTwo() {
        publish(1);
        publish(2);

        assertFinds(2);
    }

    @Test
    void shouldReturnTheNewestAgain() {
        publish(1);

        assertFinds(1);
        assertFinds(1);
        assertEquals(0, replayed());
    }

    @Test
    void shouldPreferTheNewerOfTwoDays() {
        clock.move(Duration.ofHours(11).plusMinutes(50));
        publish(1);
        clock.move(Duration.ofMinutes(20));
        assertFinds(1);

        publish(2);

        assertFinds(2);
        assertFinds(2);
    }

    @Test
    void shouldFindWhatAPeerWithAFastClockPublishedTomorrow() {
        TestClock fast = TestClock.standingAt(Instant.parse("2026-11-16T00:05:00Z"));
        clock.move(Duration.ofHours(11).plusMinutes(50));
        try (CandidateDirectory ahead = CandidateDirectory.open(alice, dht, fast)) {
            Eventually.get(ahead.publish(bob.peerId(), new byte[] {9}, HOUR));
        }

        assertFinds(9);
    }

    @Test
    void shouldAskOnlyTheDaysThatCanHoldTheNewest() {
        VirtualTime time = new VirtualTime(Instant.parse("2026-11-15T09:00:00Z"));
        CountingDht counting = new CountingDht(time);
        CandidateDirectory near = CandidateDirectory.open(alice, counting, time.clock());
        CandidateDirectory far = CandidateDirectory.open(bob, counting, time.clock());
        Duration get = Duration.ofMillis(300);
        Duration day = HOUR.multipliedBy(24);
        near.publish(bob.peerId(), new byte[] {1}, day);

        assertLooksUp(far, counting, time, 1, get); // today's
        time.pass(Duration.ofHours(6));
        assertLooksUp(far, counting, time, 2, get.multipliedBy(2)); // a fast clock may have written to tomorrow's since
        near.publish(bob.peerId(), new byte[] {1}, day);
        assertLooksUp(far, counting, time, 1, get); // not since just now
        time.pass(Duration.ofHours(16));
        assertLooksUp(far, counting, time, 3, get.multipliedBy(2)); // nothing today: the other two, at the same time
    }

    private void assertLooksUp(
            CandidateDirectory far, CountingDht counting, VirtualTime time, long gets, Duration after) {
        long before = counting.gets;
        var found = far.lookup(alice.peerId());
        time.pass(after);
        assertTrue(found.isDone(), "not within " + after);
        assertTrue(found.join().isPresent());
        assertEquals(before + gets, counting.gets);
    }

    @Test
    void shouldNotAcceptAnOlderRecordThanItHasSeen() {
        publish(2);
        assertFinds(2);

        // Somebody who kept the older record puts it back under a slot number of his own choice.
        WritableSlot slot = RecordKeys.between(alice, bob.peerId())
                .candidatesToPeer(clock.millis() / Duration.ofDays(1).toMillis());
        byte[] older = SealedRecord.seal(
                alice, bob.peerId(), slot.slot().key(), 1, clock.instant().plus(HOUR), new byte[] {1});
        Eventually.get(dht.put(slot, Long.MAX_VALUE, older, HOUR));

        assertEquals(Optional.empty(), lookup());
        assertEquals(1, replayed());
    }

    @Test
    void shouldForgetAnExpiredDescription() {
        publish(1);
        clock.move(HOUR);

        assertEquals(Optional.empty(), lookup());
    }

    @Test
    void shouldNumberAboveTheLastEvenWhenTheClockStandsStill() {
        publish(1);
        long first = lookup().orElseThrow().sequence();
        publish(2);

        assertEquals(first + 1, lookup().orElseThrow().sequence());
    }

    @Test
    void shouldTakeAMainlineSizedDescriptionAndRefuseALargerOne() {
        int fits = SealedRecord.maxPayload(996, clock.millis(), clock.instant());

        assertTrue(fits >= 796, "a candidate record has " + fits + " bytes");
        Eventually.get(ofAlice.publish(bob.peerId(), new byte[fits], HOUR));
        assertEquals(fits, lookup().orElseThrow().payload().length);
        assertInstanceOf(
                MessageTooLargeException.class,
                Eventually.failureOf(ofAlice.publish(bob.peerId(), new byte[fits + 1], HOUR)));
    }

    @Test
    void shouldRefuseATtlThatNobodyWouldAccept() {
        for (Duration ttl : new Duration[] {Duration.ZERO, Duration.ofDays(-1), Duration.ofDays(8)}) {
            assertInstanceOf(
                    IllegalArgumentException.class,
                    Eventually.failureOf(ofAlice.publish(bob.peerId(), new byte[1], ttl)));
        }
    }

    @Test
    void shouldGiveWhatOneWorkingReadFoundWhenOthersFail() {
        TestClock fast = TestClock.standingAt(Instant.parse("2026-11-16T00:05:00Z"));
        try (CandidateDirectory ahead = CandidateDirectory.open(alice, dht, fast)) {
            Eventually.get(ahead.publish(bob.peerId(), new byte[] {9}, HOUR));
        }
        // Today's slot is read first, and the record is in tomorrow's, which is read next.
        try (CandidateDirectory directory = CandidateDirectory.open(bob, new FailingGets(dht, 1), clock)) {
            assertTrue(Eventually.get(directory.lookup(alice.peerId())).isPresent());
        }
        try (CandidateDirectory directory = CandidateDirectory.open(bob, new FailingGets(dht, 3), clock)) {
            assertInstanceOf(IllegalStateException.class, Eventually.failureOf(directory.lookup(alice.peerId())));
        }
    }

    @Test
    void shouldPublishForEverybodyOnlyWhenAsked() {
        Identity stranger = Identity.generate();
        publish(1);
        try (CandidateDirectory ofStranger = CandidateDirectory.open(stranger, dht, clock)) {
            assertEquals(Optional.empty(), Eventually.get(ofStranger.lookupPublic(alice.peerId())));

            Eventually.get(ofAlice.publishPublic(new byte[] {7}, HOUR));

            Published found =
                    Eventually.get(ofStranger.lookupPublic(alice.peerId())).orElseThrow();
            assertArrayEquals(new byte[] {7}, found.payload());
        }
    }

    @Test
    void shouldTellAWatcherOfEachNewerDescriptionOnce() {
        BlockingQueue<Published> heard = new LinkedBlockingQueue<>();
        publish(1);
        try (Dht.Subscription watching = ofBob.watch(alice.peerId(), OFTEN, heard::add)) {
            assertNotNull(watching);
            assertArrayEquals(new byte[] {1}, Eventually.take(heard).payload());
            publish(2);
            assertArrayEquals(new byte[] {2}, Eventually.take(heard).payload());
            publish(3);
            assertArrayEquals(new byte[] {3}, Eventually.take(heard).payload());
        }
        assertTrue(heard.isEmpty());
    }

    @Test
    void shouldTellAWatcherWhatALookupFoundBefore() {
        BlockingQueue<Published> heard = new LinkedBlockingQueue<>();
        publish(1);
        assertFinds(1);

        try (Dht.Subscription watching = ofBob.watch(alice.peerId(), OFTEN, heard::add)) {
            assertNotNull(watching);
            assertArrayEquals(new byte[] {1}, Eventually.take(heard).payload());
        }
    }

    @Test
    void shouldFollowTheDaysWhileWatching() {
        BlockingQueue<Published> heard = new LinkedBlockingQueue<>();
        Dht.Subscription watching = ofBob.watch(alice.peerId(), OFTEN, heard::add);
        for (int day = 1; day <= 4; day++) {
            clock.move(Duration.ofDays(1));
            ofBob.rollWatches();
            publish(day);
            assertArrayEquals(new byte[] {(byte) day}, Eventually.take(heard).payload());
        }
        watching.close();
    }

    @Test
    void shouldRefuseWorkAfterClosing() {
        ofBob.close();
        ofBob.close();

        assertInstanceOf(TransportClosedException.class, Eventually.failureOf(ofBob.lookup(alice.peerId())));
        assertThrows(TransportClosedException.class, () -> ofBob.watch(alice.peerId(), OFTEN, published -> {}));
    }

    @Test
    void shouldEndItsThreadAtClosing() {
        CandidateDirectory directory = CandidateDirectory.open(bob, dht, Clock.systemUTC());
        directory.watch(alice.peerId(), OFTEN, published -> {});
        Eventually.isTrue("thread runs", () -> Threads.running("culvert-directory"));

        directory.close();

        Eventually.isTrue("thread ended", () -> !Threads.running("culvert-directory"));
    }
}
