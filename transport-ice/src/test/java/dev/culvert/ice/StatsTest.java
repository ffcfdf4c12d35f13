package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.receiveText;
import static dev.culvert.ice.LoopbackPair.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.ConnectionState;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a context tells of itself. */
@Timeout(30)
class StatsTest {
    @Test
    void shouldTellNothingBeforeItIsConnected() {
        try (LoopbackPair pair = LoopbackPair.open()) {
            IceStats stats = pair.a.stats();

            assertEquals(ConnectionState.NEW, stats.state());
            assertNull(stats.selectedPair());
            assertNull(stats.roundTrip());
            assertNull(stats.consentAge());
            assertEquals(Map.of(), stats.drops());
        }
    }

    @Test
    void shouldKnowTheRoundTripFromTheChecksAndTheAgeOfTheConsent() {
        try (LoopbackPair pair = LoopbackPair.connected()) {
            // At the latest the check that nominates is answered without having been repeated.
            for (IceContext context : new IceContext[] {pair.a, pair.b}) {
                Eventually.holds("a round trip", () -> context.stats().roundTrip() != null);
                IceStats stats = context.stats();
                assertTrue(stats.roundTrip().compareTo(Duration.ofSeconds(1)) < 0, "loopback in " + stats.roundTrip());
                assertNotNull(stats.consentAge());
            }
            LoopbackPair.awaitNominated(pair.a);
            AtomicReference<Duration> before =
                    new AtomicReference<>(pair.a.stats().consentAge());
            Eventually.holds("consent is renewed", () -> {
                Duration now = pair.a.stats().consentAge();
                return now.compareTo(before.getAndSet(now)) < 0; // it only grows until then
            });
        }
    }

    @Test
    void shouldCountPacketsAndBytesBothWays() throws Exception {
        try (LoopbackPair pair = LoopbackPair.connected()) {
            pair.a.send(text("four"));
            pair.a.send(text("and seven"));
            assertEquals("four", receiveText(pair.b, 5_000));
            assertEquals("and seven", receiveText(pair.b, 5_000));

            assertEquals(2, pair.a.stats().sentPackets());
            assertEquals(13, pair.a.stats().sentBytes());
            assertEquals(2, pair.b.stats().receivedPackets());
            assertEquals(13, pair.b.stats().receivedBytes());
            assertEquals(0, pair.b.stats().sentPackets());
        }
    }

    @Test
    void shouldMoveNothingBetweenShutdownAndClose() throws Exception {
        try (LoopbackPair pair = LoopbackPair.connected()) {
            pair.b.shutdown();

            assertEquals(SendStatus.SENT, pair.a.send(text("too late")));
            Eventually.holds("it is counted", () -> pair.b.stats().drops(DropCause.AFTER_SHUTDOWN) == 1);
            assertEquals("-1", receiveText(pair.b, 0));
            assertEquals(SendStatus.CLOSED, pair.b.send(text("not sent")));
            assertEquals(0, pair.b.stats().sentPackets());
            assertEquals("0", receiveText(pair.a, 0));
        }
    }
}
