package dev.culvert.ice.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecentRequestsTest {
    private static final long START = Long.MAX_VALUE - 1_000;
    private static final long LIFETIME = Duration.ofSeconds(16).toNanos();

    private final RecentRequests requests = new RecentRequests();

    private static TransactionId id(int number) {
        return new TransactionId(1, number);
    }

    /** How many of these are admitted. */
    private int admitted(int first, int count, long nowNanos) {
        int admitted = 0;
        for (int i = first; i < first + count; i++) {
            admitted += requests.admit(id(i), nowNanos) ? 1 : 0;
        }
        return admitted;
    }

    @Test
    void shouldAdmitUpToItsBoundAndRepetitionsAlways() {
        requests.begin();

        assertEquals(RecentRequests.MAX, admitted(0, 10_000, START));
        assertTrue(requests.admit(id(0), START), "a repetition costs nothing");
        assertFalse(requests.admit(id(10_000), START));
    }

    @Test
    void shouldAdmitNewOnesWhenTheOldAreForgotten() {
        requests.begin();
        admitted(0, RecentRequests.MAX, START);

        assertFalse(requests.admit(id(1_000), START + LIFETIME - 1));
        assertTrue(requests.admit(id(1_000), START + LIFETIME));
    }

    @Test
    void shouldForgetNothingBeforeTheChecksBegin() {
        admitted(0, RecentRequests.MAX, START);

        assertEquals(0, admitted(1_000, 10, START + 10 * LIFETIME));

        requests.begin();
        assertEquals(10, admitted(1_000, 10, START + 10 * LIFETIME));
    }
}
