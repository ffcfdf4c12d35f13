package dev.culvert.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.internal.ConsentMonitor.Consent;
import dev.culvert.ice.internal.TransactionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Asking for consent, in virtual time. */
class ConsentWatchTest {
    private final VirtualScheduler time = new VirtualScheduler();
    private final Map<TransactionId, Long> sent = new LinkedHashMap<>();
    private final List<TransactionId> forgotten = new ArrayList<>();
    private final List<Consent> verdicts = new ArrayList<>();
    private int doubts;

    private final ConsentWatch watch = new ConsentWatch(
            time,
            time::nanoTime,
            new ConsentWatch.Checks() {
                @Override
                public void send(TransactionId id) {
                    sent.put(id, time.nanoTime());
                }

                @Override
                public void doubt() {
                    doubts++;
                }

                @Override
                public void forget(TransactionId id) {
                    forgotten.add(id);
                }
            },
            verdicts::add);

    private TransactionId last() {
        return id(sent.size() - 1);
    }

    private TransactionId id(int number) {
        return List.copyOf(sent.keySet()).get(number);
    }

    private Consent verdict() {
        return verdicts.get(verdicts.size() - 1);
    }

    private void advance(double seconds) {
        time.advance(Duration.ofMillis(Math.round(seconds * 1_000)));
    }

    /** Until so many checks more have been sent. */
    private void advanceChecks(int count) {
        int wanted = sent.size() + count;
        while (sent.size() < wanted) {
            time.advance(Duration.ofMillis(10));
        }
    }

    @Test
    void shouldKnowNothingBeforeAPairIsSelected() {
        assertNull(watch.age());
        assertFalse(watch.onAnswer(new TransactionId(1, 2)));
        advance(100);
        assertEquals(0, sent.size());
    }

    @Test
    void shouldGoOnForAsLongAsThePeerAnswers() {
        watch.begin();
        for (int i = 0; i < 100; i++) {
            advanceChecks(1);
            assertTrue(watch.onAnswer(last()));
            assertEquals(Duration.ZERO, watch.age());
        }

        assertTrue(verdicts.stream().allMatch(Consent.FRESH::equals));
        assertEquals(100, sent.size());
        assertEquals(List.of(), forgotten);
        assertEquals(1, time.waiting(), "one timer");
    }

    @Test
    void shouldTellOfSilenceThenOfTheEndAndAskNoMore() {
        watch.begin();
        advance(9);
        assertEquals(Consent.MISSED, verdict());

        advance(20.999);
        assertEquals(Consent.MISSED, verdict());
        advance(0.001);

        assertEquals(Consent.EXPIRED, verdict());
        assertEquals(0, time.waiting());
        int checks = sent.size();
        advance(100);
        assertEquals(checks, sent.size(), "checks without consent");
        assertFalse(watch.onAnswer(last()) && verdict() != Consent.EXPIRED);
    }

    @Test
    void shouldTakeEachAnswerOverASlowLinkAndForgetWhatWasLost() {
        watch.begin();
        advanceChecks(3);
        assertTrue(watch.onAnswer(id(1)), "the second, a second late");

        assertEquals(List.of(id(0)), forgotten);
        assertFalse(watch.onAnswer(id(0)), "it was given up");
        assertTrue(watch.onAnswer(id(2)), "the third is still under way");
        assertFalse(watch.onAnswer(id(2)), "once is enough");
        assertEquals(Consent.FRESH, verdict());
    }

    @Test
    void shouldAskAtOnceOverAnotherPairAndTakeNoAnswerOfTheOldOne() {
        watch.begin();
        advanceChecks(2);
        long before = watch.age().toMillis();

        watch.move();
        advance(0);

        assertEquals(List.of(id(0), id(1)), forgotten);
        assertEquals(3, sent.size());
        assertEquals(before, watch.age().toMillis(), "a change of pairs is no answer");
        assertFalse(watch.onAnswer(id(1)));
        assertTrue(watch.onAnswer(id(2)));
    }

    @Test
    void shouldLetOnlyTheTimeSinceTheLastAnswerCountHoweverOftenThePairChanges() {
        watch.begin();
        for (int second = 0; second < 30; second++) {
            watch.move();
            advance(1);
        }

        assertEquals(Consent.EXPIRED, verdict());
    }

    @Test
    void shouldNotAskForManyPeersAtOnce() {
        List<Long> first = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            ConsentWatchTest other = new ConsentWatchTest();
            other.watch.begin();
            other.advanceChecks(1);
            first.add(other.sent.values().iterator().next() / 100_000_000); // tenths of seconds
        }

        assertTrue(first.stream().distinct().count() > 5, () -> "all between 4 and 6 s, but at " + first);
        assertTrue(first.stream().allMatch(tenth -> tenth >= 40 && tenth <= 60), first::toString);
    }

    @Test
    void shouldDoNothingOnceClosed() {
        watch.begin();
        advanceChecks(1);
        int told = verdicts.size();

        watch.close();
        watch.close();
        advance(100);

        assertEquals(0, time.waiting());
        assertEquals(1, sent.size());
        assertEquals(told, verdicts.size());
    }

    @Test
    void shouldLeaveNoTimerWhenItBeginsAfterItWasClosed() {
        watch.close();

        watch.begin();

        assertEquals(0, time.waiting());
    }

    @Test
    void shouldDoubtThePathWhenTwoChecksInARowAreNotAnswered() {
        watch.begin();
        advanceChecks(2);
        assertEquals(0, doubts, "one may get lost");
        advanceChecks(1);
        assertEquals(1, doubts);
        watch.onAnswer(last());
        advanceChecks(1);

        assertEquals(1, doubts, "it has been answered since");
    }

    @Test
    void shouldAskBeforeItsTimeButNotTwiceAtOnce() {
        watch.begin();
        watch.askNow();
        advance(0);
        assertEquals(1, sent.size());
        watch.askNow();
        advance(0.4);
        assertEquals(1, sent.size(), "still waiting for the answer");
        watch.onAnswer(last());
        watch.askNow();
        advance(0);

        assertEquals(2, sent.size());
    }
}
