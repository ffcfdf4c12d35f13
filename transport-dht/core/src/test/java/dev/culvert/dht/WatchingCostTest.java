package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.identity.Identity;
import dev.culvert.transport.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a directory's watches on 1000 contacts cost, as {@link CandidateDirectory} states it. Noon: no midnight is near. */
class WatchingCostTest {
    private static final int CONTACTS = 1_000;
    private static final int ACTIVE = 10;
    private static final int BUDGET = PollBudget.DEFAULT_GETS_PER_SECOND;
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration SETTLED = Duration.ofMinutes(10);
    private static final Duration HOUR = Duration.ofHours(1);

    private final VirtualTime time = new VirtualTime(Instant.parse("2026-11-15T12:00:00Z"));
    private final CountingDht dht = new CountingDht(time);
    private final Identity self = Identity.generate();
    private final CandidateDirectory directory =
            new CandidateDirectory(self, dht, time.clock(), time::now, new EngineThread(time), BUDGET);
    private final List<Identity> contacts = new ArrayList<>();
    private final Map<PeerId, Instant> seenAt = new HashMap<>();

    private void watch(int count) {
        for (int i = 0; i < count; i++) {
            Identity contact = Identity.generate();
            contacts.add(contact);
            directory.watch(contact.peerId(), INTERVAL, published -> seenAt.put(contact.peerId(), time.now()));
        }
    }

    private double getsPerSecond(Duration during) {
        long before = dht.gets;
        time.pass(during);
        return (double) (dht.gets - before) / during.toSeconds();
    }

    private void publishFrom(Identity contact) {
        CandidateDirectory theirs =
                new CandidateDirectory(contact, dht, time.clock(), time::now, new EngineThread(time), BUDGET);
        theirs.publish(self.peerId(), new byte[] {1}, HOUR);
    }

    private Duration sight(Identity contact, Duration limit) {
        Instant published = time.now();
        seenAt.remove(contact.peerId());
        publishFrom(contact);
        time.pass(limit);
        Instant seen = seenAt.get(contact.peerId());
        assertTrue(seen != null, () -> "not seen within " + limit);
        return Duration.between(published, seen);
    }

    @Test
    void shouldLookAtAFewContactsInTheIntervalAskedFor() {
        watch(10);
        time.pass(SETTLED);

        assertEquals(
                10 * 1.5 / 4.8, getsPerSecond(HOUR), 0.25, "1.5 gets for a look, every 4 to 5 s and the get itself");
        assertTrue(sight(contacts.get(0), INTERVAL.multipliedBy(5)).compareTo(INTERVAL.plusMillis(300)) <= 0);
    }

    @Test
    void shouldNotGoBeyondTheBudgetForQuietContacts() {
        watch(CONTACTS);
        time.pass(Duration.ofSeconds(10));

        assertTrue(dht.gets <= 2L * BUDGET * PollBudget.BURST_SECONDS + 3, "the first looks: " + dht.gets);
        assertEquals(BUDGET, getsPerSecond(SETTLED), 0.1);
        assertEquals(BUDGET, getsPerSecond(HOUR), 0.02);
    }

    @Test
    void shouldLookAtEveryQuietContactInTurn() {
        watch(CONTACTS);
        time.pass(SETTLED);

        contacts.stream().limit(50).forEach(this::publishFrom);
        time.pass(Duration.ofSeconds(85)); // 1000 times 1.5 gets at 20 a second are 75

        assertEquals(50, seenAt.size());
    }

    @Test
    void shouldSeeAnActiveContactWithinTwoSecondsWhileTheOthersAreSlow() {
        watch(CONTACTS);
        time.pass(SETTLED);
        List<Identity> active = contacts.subList(CONTACTS - ACTIVE, CONTACTS);
        active.forEach(contact -> directory.publish(contact.peerId(), new byte[] {1}, HOUR));

        for (Identity contact : active) {
            Duration seen = sight(contact, Duration.ofSeconds(5));
            assertTrue(seen.compareTo(CandidatePolls.QUICK.plus(CountingDht.GET_TIME)) <= 0, seen::toString);
        }
        active.forEach(contact -> directory.publish(contact.peerId(), new byte[] {1}, HOUR));
        double most = BUDGET + ACTIVE * 1.5 / 1.6;
        double rate = getsPerSecond(Duration.ofSeconds(50));
        assertTrue(rate > BUDGET + ACTIVE * 1.5 / 2.3 - 1 && rate <= most, rate + " gets per second, at most " + most);
    }

    @Test
    void shouldBoundWhatActiveContactsCost() {
        watch(CONTACTS);
        time.pass(SETTLED);
        contacts.forEach(contact -> directory.publish(contact.peerId(), new byte[] {1}, HOUR));

        double most = BUDGET + PollBudget.MOST_ACTIVE * 1.5 / 1.6;
        double rate = getsPerSecond(Duration.ofSeconds(50));

        assertTrue(rate <= most + 1, rate + " gets per second, at most " + most);
    }
}
