package dev.culvert.ice.internal;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How often ports may be guessed, in virtual time. */
class BirthdayLimitsTest {
    private final BirthdayLimits limits = new BirthdayLimits();
    private long now = Long.MAX_VALUE - Duration.ofMinutes(30).toNanos();

    private static InetAddress peer(int number) {
        try {
            return InetAddress.getByAddress(new byte[] {(byte) 203, 0, 113, (byte) number});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private boolean run(int peer) {
        boolean begun = limits.tryBegin(peer(peer), now);
        if (begun) {
            limits.end();
        }
        return begun;
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void shouldAllowOneRunAtATime() {
        assertTrue(limits.tryBegin(peer(1), now));
        assertFalse(limits.tryBegin(peer(2), now));
        limits.end();
        assertTrue(limits.tryBegin(peer(2), now));
    }

    @Test
    void shouldAllowTheSamePeerEveryTenMinutes() {
        assertTrue(run(1));
        pass(Duration.ofMinutes(10).minusNanos(1));
        assertFalse(run(1));
        pass(Duration.ofNanos(1));
        assertTrue(run(1));
    }

    @Test
    void shouldAllowTwentyAnHour() {
        for (int i = 0; i < 20; i++) {
            assertTrue(run(i), "run " + i);
            pass(Duration.ofMinutes(2));
        }
        assertFalse(run(21));
        pass(Duration.ofMinutes(20));
        assertTrue(run(21), "the first was an hour ago");
        assertFalse(run(22));
    }
}
