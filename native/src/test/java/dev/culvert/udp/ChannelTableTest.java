package dev.culvert.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChannelTableTest {
    private final ChannelTable table = new ChannelTable();
    private NativeUdpPoller poller;

    @BeforeAll
    static void findCore() {
        NativeCoreRequired.check();
    }

    @BeforeEach
    void open() throws Exception {
        poller = new NativeUdpPoller();
    }

    @AfterEach
    void close() {
        poller.close();
    }

    private NativeUdpChannel channel(long generation, int index) {
        InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
        return new NativeUdpChannel(poller, generation << 32 | index, local, (channel, from, payload) -> {});
    }

    /** What was seen of a socket may be handled after it was closed, and its place taken by the next. */
    @Test
    void shouldNotTakeAChannelForWhatHadItsPlaceBefore() {
        NativeUdpChannel old = channel(1, 3);
        NativeUdpChannel fresh = channel(2, 3);
        table.put(old);
        assertTrue(table.remove(old));
        table.put(fresh);

        assertNull(table.get(old.handle()));
        assertFalse(table.holds(old));
        assertFalse(table.remove(old));
        assertSame(fresh, table.get(fresh.handle()));
        assertTrue(table.holds(fresh));
    }

    @Test
    void shouldKeepWhatItHasWhenItGrows() {
        NativeUdpChannel low = channel(1, 2);
        NativeUdpChannel high = channel(1, 65_535);
        table.put(low);
        assertNull(table.get(high.handle()));
        table.put(high);

        assertEquals(List.of(low, high), table.all());
        assertSame(low, table.get(low.handle()));
        assertSame(high, table.get(high.handle()));
        assertTrue(table.remove(low));
        assertEquals(List.of(high), table.all());
    }
}
