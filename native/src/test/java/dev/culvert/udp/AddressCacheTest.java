package dev.culvert.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class AddressCacheTest {
    /** Many more than there are places, so that each place is asked for addresses that differ in these bytes alone. */
    private static final int SENDERS = 3_000;

    private final AddressCache cache = new AddressCache();
    private final ByteBuffer memory = ByteBuffer.allocate(AddressRecord.BYTES).order(ByteOrder.nativeOrder());

    private void shouldTell(int length, int first, int port) throws Exception {
        for (int i = 0; i < SENDERS; i++) {
            byte[] ip = new byte[length];
            ip[0] = 0x20; // neither mapped nor of a link
            ip[first] = (byte) (i >> 8);
            ip[first + 1] = (byte) i;
            InetSocketAddress sender = new InetSocketAddress(InetAddress.getByAddress(ip), port);
            memory.put(0, new byte[AddressRecord.BYTES]);
            AddressRecord.write(memory, 0, sender);

            assertEquals(sender, cache.get(memory, 0));
            assertSame(cache.get(memory, 0), cache.get(memory, 0));
        }
    }

    @Test
    void shouldTellSendersApartByAnyPartOfTheirAddress() throws Exception {
        shouldTell(16, 14, 9);
        shouldTell(16, 8, 9);
        shouldTell(16, 6, 9);
        shouldTell(16, 1, 9);
        shouldTell(4, 1, 9);
        shouldTell(4, 2, 9);
    }

    @Test
    void shouldTellSendersApartByTheirPortAndScope() throws Exception {
        byte[] link = new byte[16];
        link[0] = (byte) 0xfe;
        link[1] = (byte) 0x80;
        for (int i = 1; i < SENDERS; i++) {
            InetAddress ip = Inet6Address.getByAddress(null, link, i % 7 + 1);
            InetSocketAddress sender = new InetSocketAddress(ip, i);
            AddressRecord.write(memory, 0, sender);

            InetSocketAddress told = cache.get(memory, 0);
            assertEquals(sender, told);
            assertEquals(i % 7 + 1, ((Inet6Address) told.getAddress()).getScopeId(), "which its equals ignores");
        }
    }
}
