package dev.culvert.ice.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecentRequestsTest {
    private static final long START = Long.MAX_VALUE - 1_000;
    private static final long LIFETIME = Duration.ofSeconds(16).toNanos();

    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.1", 1);
    private static final InetSocketAddress EAVESDROPPER = new InetSocketAddress("192.0.2.2", 1);

    private final RecentRequests requests = new RecentRequests();

    private static TransactionId id(int number) {
        return new TransactionId(1, number);
    }

    private boolean admits(int number, long nowNanos) {
        return requests.admit(id(number), PEER, nowNanos) == RecentRequests.Verdict.ADMITTED;
    }

    /** How many of these are admitted. */
    private int admitted(int first, int count, long nowNanos) {
        int admitted = 0;
        for (int i = first; i < first + count; i++) {
            admitted += admits(i, nowNanos) ? 1 : 0;
        }
        return admitted;
    }

    @Test
    void shouldAdmitUpToItsBoundAndRepetitionsAlways() {
        requests.begin();

        assertEquals(RecentRequests.MAX, admitted(0, 10_000, START));
        assertTrue(admits(0, START), "a repetition costs nothing");
        assertFalse(admits(10_000, START));
    }

    @Test
    void shouldAdmitNewOnesWhenTheOldAreForgotten() {
        requests.begin();
        admitted(0, RecentRequests.MAX, START);

        assertFalse(admits(1_000, START + LIFETIME - 1));
        assertTrue(admits(1_000, START + LIFETIME));
    }

    @Test
    void shouldForgetNothingBeforeTheChecksBegin() {
        admitted(0, RecentRequests.MAX, START);

        assertEquals(0, admitted(1_000, 10, START + 10 * LIFETIME));

        requests.begin();
        assertEquals(10, admitted(1_000, 10, START + 10 * LIFETIME));
    }

    @Test
    void shouldTellAReplayFromARepetition() {
        requests.begin();
        requests.admit(id(1), PEER, START);

        assertEquals(RecentRequests.Verdict.REPLAYED, requests.admit(id(1), EAVESDROPPER, START));
        assertEquals(RecentRequests.Verdict.ADMITTED, requests.admit(id(1), PEER, START));
    }
}
