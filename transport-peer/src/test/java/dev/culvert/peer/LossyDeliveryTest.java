package dev.culvert.peer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.MessageId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both halves of a session over a bad network, in virtual time: all arrives, intact, in order, once, for bounded work. */
class LossyDeliveryTest {
    private static final int MESSAGES = 3_000;
    private static final int MAX_BYTES = 200_000;

    /** The last column: most data packets for one that is needed. */
    @ParameterizedTest
    @CsvSource({"0.0, 1, 1.0", "0.0, 2, 1.0", "0.1, 3, 1.6", "0.1, 4, 1.6", "0.3, 5, 2.2", "0.3, 6, 2.2"})
    void shouldDeliverAllOnceAndInOrder(double loss, long seed, double mostPacketsPerNeeded) {
        HalfSession session = new HalfSession(seed)
                .losing(loss)
                .doubling(loss / 2)
                .delaying(Duration.ofMillis(5), loss == 0 ? Duration.ZERO : Duration.ofMillis(4));

        int needed = sendAndCheck(session, messages(seed, MESSAGES, MAX_BYTES));

        assertTrue(
                session.dataPackets <= needed * mostPacketsPerNeeded,
                session.dataPackets + " data packets sent, " + needed + " needed");
        assertTrue(session.polls <= 4L * needed + 1_000, session.polls + " polls for " + needed + " segments");
    }

    @ParameterizedTest
    @CsvSource({"1", "2"})
    void shouldNotRepeatMuchBecauseOfReorderingAlone(long seed) {
        HalfSession session =
                new HalfSession(seed).doubling(0.1).delaying(Duration.ofMillis(20), Duration.ofMillis(40));

        int needed = sendAndCheck(session, messages(seed, 1_000, MAX_BYTES));

        // Reordering over more than three packets looks like a loss, but at most once in a round trip.
        assertTrue(session.dataPackets <= 2.5 * needed, session.dataPackets + " sent, " + needed + " needed");
    }

    /** Returns how many segments were needed. */
    static int sendAndCheck(HalfSession session, List<HalfSession.Arrived> messages) {
        int needed = 0;
        for (HalfSession.Arrived message : messages) {
            session.offer(message.id(), message.payload());
            needed += segments(message.payload().length);
        }

        session.runUntilIdle(Duration.ofHours(10));

        assertTrue(session.sending.isIdle(), "not all was delivered: " + session.delivered.size());
        assertEquals(messages.size(), session.arrived.size());
        for (int i = 0; i < messages.size(); i++) {
            assertEquals(messages.get(i).id(), session.arrived.get(i).id());
            assertArrayEquals(messages.get(i).payload(), session.arrived.get(i).payload());
            assertEquals(messages.get(i).id(), session.delivered.get(i));
        }
        assertEquals(messages.size(), session.delivered.size());
        return needed;
    }

    static List<HalfSession.Arrived> messages(long seed, int count, int maxBytes) {
        Random random = new Random(seed);
        List<HalfSession.Arrived> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = switch (random.nextInt(20)) {
                case 0 -> 0;
                case 1 -> random.nextInt(maxBytes + 1);
                default -> random.nextInt(Math.min(3_000, maxBytes) + 1);
            };
            byte[] payload = new byte[length];
            random.nextBytes(payload);
            messages.add(new HalfSession.Arrived(new MessageId(seed, i), payload));
        }
        messages.set(count - 1, new HalfSession.Arrived(new MessageId(seed, count), new byte[maxBytes]));
        return messages;
    }

    private static int segments(int length) {
        int room = Packets.MAX_PLAINTEXT - Packets.DATA_HEAD;
        return Math.max(1, (length + Packets.MESSAGE_HEAD + room - 1) / room);
    }

    /** Round trips that vary by some milliseconds are no losses: nothing else slows the sender here. */
    @ParameterizedTest
    @CsvSource({"100000, 20, 30000", "125000, 50, 64000", "1000000, 20, 60000"})
    void shouldFillANarrowLinkWithoutRepeatingWhatIsOnlyLate(int bytesPerSecond, int delayMillis, int queueBytes) {
        HalfSession session = new HalfSession(1)
                .delaying(Duration.ofMillis(delayMillis), Duration.ofMillis(3))
                .through(bytesPerSecond, queueBytes);
        int messages = 50;
        for (int i = 0; i < messages; i++) {
            session.offer(new MessageId(1, i), new byte[MAX_BYTES]);
        }

        Duration took = session.runUntilIdle(Duration.ofHours(1));

        double share = (double) messages * MAX_BYTES / bytesPerSecond / (took.toMillis() / 1_000.0);
        assertTrue(session.sending.isIdle());
        assertTrue(share > 0.8, "only " + share + " of the link was used");
        assertTrue(
                session.dataPackets <= 1.1 * messages * segments(MAX_BYTES),
                session.dataPackets + " sent, " + messages * segments(MAX_BYTES) + " needed");
    }
}
