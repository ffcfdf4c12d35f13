package dev.culvert.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With calls that only note what they were asked. */
class NetlinkTriggerTest {
    private static final long POLLER = 0x1_0000_0001L;
    private static final long MONITOR = 0x1_0000_0002L;
    private static final int TOO_MANY_FILES = -24;
    private static final int BAD_HANDLE = -9;

    private static final class Noted implements NetlinkCalls {
        private final List<String> asked = new ArrayList<>();
        private long poller = POLLER;
        private long monitor = MONITOR;
        private int events = 1;
        private int said = 1;

        @Override
        public long openPoller() {
            asked.add("open poller");
            return poller;
        }

        @Override
        public long openMonitor(long on) {
            assertEquals(POLLER, on);
            asked.add("open monitor");
            return monitor;
        }

        @Override
        public int await(long on, int timeoutMillis) {
            assertEquals(POLLER, on);
            asked.add("await " + timeoutMillis);
            return events;
        }

        @Override
        public int wake(long on) {
            assertEquals(POLLER, on);
            asked.add("wake");
            return 0;
        }

        @Override
        public int read(long from) {
            assertEquals(MONITOR, from);
            asked.add("read");
            return said;
        }

        @Override
        public int close(long handle) {
            asked.add(handle == MONITOR ? "close monitor" : "close poller");
            return 0;
        }
    }

    private final Noted calls = new Noted();

    @Test
    void shouldFreeWhatItOpened() throws IOException {
        NetlinkTrigger trigger = NetlinkTrigger.open(calls);
        trigger.wake();
        trigger.close();

        assertEquals(List.of("open poller", "open monitor", "wake", "close monitor", "close poller"), calls.asked);
    }

    @Test
    void shouldFreeThePollerWhenTheKernelRefusesTheMonitor() {
        calls.monitor = TOO_MANY_FILES;

        IOException refused = assertThrows(IOException.class, () -> NetlinkTrigger.open(calls));

        assertTrue(refused.getMessage().contains("errno 24"), refused.getMessage());
        assertEquals(List.of("open poller", "open monitor", "close poller"), calls.asked);
    }

    @Test
    void shouldOpenNothingWithoutAPoller() {
        calls.poller = TOO_MANY_FILES;

        assertThrows(IOException.class, () -> NetlinkTrigger.open(calls));
        assertEquals(List.of("open poller"), calls.asked);
    }

    @Test
    void shouldCallForALookWhateverTheKernelSaid() throws IOException {
        NetlinkTrigger trigger = NetlinkTrigger.open(calls);
        for (int said : new int[] {1, 2, 4, 8, 15}) { // address, route, link, messages lost, all of them
            calls.said = said;
            assertTrue(trigger.await(Duration.ofSeconds(1)));
        }
    }

    @Test
    void shouldNotCallForALookWhenNothingThatMattersWasSaid() throws IOException {
        NetlinkTrigger trigger = NetlinkTrigger.open(calls);
        calls.said = 0;

        assertFalse(trigger.await(Duration.ofSeconds(1)));
    }

    @Test
    void shouldNotReadAfterATimeOutOrAWake() throws IOException {
        NetlinkTrigger trigger = NetlinkTrigger.open(calls);
        calls.events = 0;

        assertFalse(trigger.await(Duration.ofSeconds(1)));
        assertFalse(calls.asked.contains("read"));
    }

    @Test
    void shouldWaitInWholeMillisecondsNeverTooShort() throws IOException {
        NetlinkTrigger trigger = NetlinkTrigger.open(calls);
        calls.asked.clear();
        calls.events = 0;
        for (Duration time : List.of(
                Duration.ZERO,
                Duration.ofNanos(1),
                Duration.ofMillis(20),
                Duration.ofNanos(20_000_001),
                Duration.ofDays(100),
                Duration.ofNanos(-1))) {
            trigger.await(time);
        }

        assertEquals(
                List.of("await 0", "await 1", "await 20", "await 21", "await " + Integer.MAX_VALUE, "await -1"),
                calls.asked);
    }

    @Test
    void shouldSayThatItCanNotHearAnyMore() throws IOException {
        NetlinkTrigger trigger = NetlinkTrigger.open(calls);
        calls.said = BAD_HANDLE;
        assertThrows(IOException.class, () -> trigger.await(Duration.ZERO));

        calls.events = BAD_HANDLE;
        assertThrows(IOException.class, () -> trigger.await(Duration.ZERO));
    }
}
