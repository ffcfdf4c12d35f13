package dev.culvert.ice.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.internal.ConsentMonitor.Consent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ConsentMonitorTest {
    /** Near the end of the range: nanoTime may wrap around. */
    private static final long START = Long.MAX_VALUE - Duration.ofSeconds(7).toNanos();

    /** Always the middle: every interval is 5 s. */
    private static final RandomGenerator MIDDLE = new RandomGenerator() {
        @Override
        public long nextLong() {
            return Long.MIN_VALUE; // the upper bits make the double: a half
        }
    };

    private final ConsentMonitor monitor = new ConsentMonitor(START, MIDDLE);

    private static long at(double seconds) {
        return START + Math.round(seconds * 1e9);
    }

    private static double seconds(long nanos) {
        return (nanos - START) / 1e9;
    }

    /** When checks are sent to a peer that never answers, from so many seconds on. */
    private static List<Double> checks(ConsentMonitor monitor, double from) {
        List<Double> sent = new ArrayList<>();
        long now = at(from);
        while (monitor.consent(now) != Consent.EXPIRED) {
            if (monitor.poll(now)) {
                sent.add(seconds(now));
                assertFalse(monitor.poll(now), "the same check twice");
            }
            Duration left = monitor.untilNext(now);
            assertTrue(left.toNanos() > 0, "a timer without a wait");
            now += left.toNanos();
        }
        return sent;
    }

    @Test
    void shouldAskAPeerNoMoreThatHasSaidGoodbyeAndLetItsConsentExpire() {
        monitor.depart();

        assertEquals(Consent.MISSED, monitor.consent(at(0)));
        assertEquals(List.of(), checks(monitor, 0));
        monitor.onAnswered(at(1)); // on its way before the goodbye
        monitor.onMoved(at(2));
        monitor.askAt(at(2));
        assertFalse(monitor.poll(at(2)));
        assertFalse(monitor.isDoubtful());
        assertEquals(Consent.MISSED, monitor.consent(at(29.9)));
        assertEquals(Consent.EXPIRED, monitor.consent(at(30)));
    }

    @Test
    void shouldAskEveryFiveSecondsWhileThePeerAnswers() {
        for (int second = 5; second <= 3_600; second += 5) {
            assertEquals(Duration.ofSeconds(5), monitor.untilNext(at(second - 5)));
            assertFalse(monitor.poll(at(second - 0.001)));
            assertTrue(monitor.poll(at(second)));
            monitor.onAnswered(at(second));
            assertEquals(Consent.FRESH, monitor.consent(at(second)));
        }
    }

    @Test
    void shouldAskASilentPeerSixTimesThenCountItAsSilentAndAskEachSecondUntilConsentExpires() {
        List<Double> sent = checks(monitor, 0);

        assertEquals(List.of(5.0, 5.5, 6.0, 6.5, 7.0, 7.5, 8.0, 9.0, 10.0), sent.subList(0, 9));
        assertEquals(29.0, sent.get(sent.size() - 1));
        assertEquals(28, sent.size());
        assertEquals(Consent.EXPIRED, monitor.consent(at(30)));
        assertFalse(monitor.poll(at(31)), "no check without consent");
    }

    @Test
    void shouldCallThePeerSilentThreeSecondsAfterTheFirstUnansweredCheck() {
        for (double second = 5; second < 8; second += 0.5) {
            assertTrue(monitor.poll(at(second)));
            assertEquals(Consent.FRESH, monitor.consent(at(second)), "it may still answer");
        }

        assertTrue(monitor.poll(at(8)));

        assertEquals(Consent.MISSED, monitor.consent(at(8)));
    }

    @Test
    void shouldComeBackWithAnyAnswer() {
        for (double second = 5; second <= 12; second += 0.5) {
            monitor.poll(at(second));
        }
        assertEquals(Consent.MISSED, monitor.consent(at(12)));

        monitor.onAnswered(at(12.2));

        assertEquals(Consent.FRESH, monitor.consent(at(12.2)));
        assertEquals(Duration.ofSeconds(5), monitor.untilNext(at(12.2)));
        assertEquals(Duration.ofSeconds(1), monitor.age(at(13.2)));
    }

    @Test
    void shouldExpireThirtySecondsAfterTheLastAnswerAndNotComeBack() {
        monitor.poll(at(5));
        monitor.onAnswered(at(5.1));
        checks(monitor, 5.1);

        assertEquals(Consent.MISSED, monitor.consent(at(35.099)));
        assertEquals(Consent.EXPIRED, monitor.consent(at(35.1)));
        monitor.onAnswered(at(36));
        assertEquals(Consent.EXPIRED, monitor.consent(at(36)));
    }

    @Test
    void shouldExpireWithoutAnyCheckToo() {
        assertEquals(Consent.FRESH, monitor.consent(at(29.999)));
        assertEquals(Consent.EXPIRED, monitor.consent(at(30)));
    }

    @Property
    void shouldNotAskAtTheSameMomentAsAllOthers(@ForAll long seed) {
        Duration first = new ConsentMonitor(START, new Random(seed)).untilNext(START);

        assertTrue(first.compareTo(Duration.ofSeconds(4)) >= 0, () -> "after " + first);
        assertTrue(first.compareTo(Duration.ofSeconds(6)) <= 0, () -> "after " + first);
    }
}
