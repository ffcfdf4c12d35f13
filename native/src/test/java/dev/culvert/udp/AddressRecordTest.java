package dev.culvert.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRecordTest {
    private static final int AT = 32;

    private final ByteBuffer memory =
            ByteBuffer.allocate(AT + AddressRecord.BYTES).order(ByteOrder.nativeOrder());

    /** Each over what another has left there. */
    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.255", "2001:db8::ff", "fe80::1%7"})
    void shouldReadWhatWasWritten(String host) throws Exception {
        InetAddress written = InetAddress.getByName(host);
        InetAddress before = InetAddress.getByName("fe80:ffff:ffff:ffff:ffff:ffff:ffff:ffff%9");
        AddressRecord.write(memory, AT, before, 1);
        AddressRecord.write(memory, AT, written, 65_535);

        InetSocketAddress read = AddressRecord.read(memory, AT);

        assertEquals(new InetSocketAddress(written, 65_535), read);
        assertNotNull(read);
        assertEquals(scope(written), scope(read.getAddress()));
    }

    private static int scope(InetAddress ip) {
        return ip instanceof Inet6Address v6 ? v6.getScopeId() : 0;
    }

    @Test
    void shouldTellThatThereIsNone() {
        assertFalse(AddressRecord.write(memory, AT, InetSocketAddress.createUnresolved("nowhere.invalid", 9)));
        AddressRecord.write(memory, AT, InetAddress.getLoopbackAddress(), 9);
        AddressRecord.clear(memory, AT);

        assertNull(AddressRecord.read(memory, AT));
    }
}
