package dev.culvert.ice.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.SendStatus;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In virtual time, with pauses that end too early as those of the system may. */
class PacedOutputTest {
    private static final long MEGABYTE = 1_000_000;

    private final List<Long> times = new ArrayList<>();
    private final List<SendStatus> answers = new ArrayList<>();
    private long now = Long.MAX_VALUE - 10_000;
    private final long start = now;
    private final PacedOutput output = new PacedOutput(this::take, MEGABYTE, () -> now, this::pause);

    private SendStatus take(ByteBuffer datagram) {
        times.add(now - start);
        return answers.isEmpty() ? SendStatus.SENT : answers.remove(0);
    }

    private void pause(long nanos) {
        now += Math.max(1, nanos * 2 / 3);
    }

    private SendStatus send(int bytes) {
        return output.send(ByteBuffer.allocate(bytes));
    }

    @Test
    void shouldSendABurstAtOnceAndTheRestAtTheRate() {
        for (int i = 0; i < 1_000; i++) {
            assertEquals(SendStatus.SENT, send(1_000));
        }

        assertEquals(0, times.get(16));
        assertTrue(times.get(17) > 0);
        for (int i = 17; i < 1_000; i++) {
            long due = (i * 1_000L - PacedOutput.BURST_BYTES) * 1_000;
            assertTrue(Math.abs(times.get(i) - due) < 100, "datagram " + i + " at " + times.get(i));
        }
    }

    @Test
    void shouldNotMakeUpForTimeInWhichNothingWasSent() {
        send(1_000);
        now += 3_600_000_000_000L;
        long idleUntil = now - start;

        for (int i = 0; i < 50; i++) {
            send(1_000);
        }

        assertEquals(idleUntil, times.get(17));
        assertTrue(times.get(50) - idleUntil >= 32_000_000, "only " + (times.get(50) - idleUntil));
    }

    @Test
    void shouldTryAFullBufferAgainAndGiveUpInTheEnd() {
        answers.addAll(List.of(SendStatus.BUFFER_FULL, SendStatus.BUFFER_FULL));
        assertEquals(SendStatus.SENT, send(100));
        assertEquals(List.of(0L, 1_000_000L, 2_000_000L), times);

        for (int i = 0; i < 100; i++) {
            answers.add(SendStatus.BUFFER_FULL);
        }
        assertEquals(SendStatus.BUFFER_FULL, send(100));
        assertEquals(79, answers.size());
    }

    @Test
    void shouldNotTryAgainWhatIsRefusedForAnotherReason() {
        answers.add(SendStatus.UNREACHABLE);

        assertEquals(SendStatus.UNREACHABLE, send(100));
        assertEquals(1, times.size());
    }

    @Test
    void shouldNotWaitWhenInterrupted() {
        Thread.currentThread().interrupt();
        try {
            for (int i = 0; i < 100; i++) {
                send(1_000);
            }
            assertEquals(0, times.get(99));
        } finally {
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void shouldRefuseARateOfNothing() {
        assertThrows(IllegalArgumentException.class, () -> new PacedOutput(this::take, 999));
    }
}
